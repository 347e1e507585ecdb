// Shortest paths in a directed graph (Dijkstra), many sources at once.  No Python in here.

#pragma once

#include <cstddef>
#include <functional>
#include <limits>
#include <queue>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace graph {

inline constexpr double unreachable = std::numeric_limits<double>::infinity();

class Graph {
public:
    /// Throws std::domain_error unless length >= 0.
    void add_edge(const std::string &from, const std::string &to, double length)
    {
        if (!(length >= 0)) {
            throw std::domain_error("edge '" + from + "' to '" + to + "': a length may not be negative or NaN");
        }
        const std::size_t start = vertex(from), end = vertex(to);
        edges_[start].push_back({end, length});
    }

    const std::vector<std::string> &names() const { return names_; }

    /// The distance of each vertex, in the order of names().  Throws std::out_of_range if there is no such source.
    std::vector<double> distances_from(const std::string &source) const
    {
        const auto found = index_.find(source);
        if (found == index_.end()) {
            throw std::out_of_range(source);
        }
        using Candidate = std::pair<double, std::size_t>;
        std::vector<double> distances(names_.size(), unreachable);
        std::priority_queue<Candidate, std::vector<Candidate>, std::greater<Candidate>> queue;
        distances[found->second] = 0;
        queue.push({0, found->second});
        while (!queue.empty()) {
            const auto [distance, here] = queue.top();
            queue.pop();
            if (distance > distances[here]) {
                continue; // a shorter way was found meanwhile
            }
            for (const Edge &edge : edges_[here]) {
                const double through = distance + edge.length;
                if (through < distances[edge.to]) {
                    distances[edge.to] = through;
                    queue.push({through, edge.to});
                }
            }
        }
        return distances;
    }

private:
    struct Edge {
        std::size_t to;
        double length;
    };

    std::size_t vertex(const std::string &name)
    {
        const auto [place, is_new] = index_.try_emplace(name, names_.size());
        if (is_new) {
            names_.push_back(name);
            edges_.emplace_back();
        }
        return place->second;
    }

    std::vector<std::string> names_;
    std::unordered_map<std::string, std::size_t> index_;
    std::vector<std::vector<Edge>> edges_;
};

} // namespace graph
