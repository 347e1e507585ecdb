// Runs a task for each number below count, on several threads where the platform has them.

#pragma once

#include <atomic>
#include <cstddef>
#include <exception>

// WebAssembly without threads has no std::thread.
#if !defined(__EMSCRIPTEN__) || defined(__EMSCRIPTEN_PTHREADS__)
#define HAS_THREADS 1
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>
#endif

/// Calls task(0) … task(count - 1).  threads = 0: one for each processor.  The first exception that
/// a task throws, on whatever thread, stops the others and is thrown here.
template <typename Task> void parallel_for(std::size_t count, std::size_t threads, const Task &task)
{
#ifdef HAS_THREADS
    std::atomic<std::size_t> next{0};
    std::exception_ptr failure;
    std::mutex failure_lock;
    const auto work = [&] {
        try {
            for (std::size_t i; (i = next++) < count;) {
                task(i);
            }
        }
        catch (...) {
            next = count;
            const std::lock_guard<std::mutex> guard(failure_lock);
            if (!failure) {
                failure = std::current_exception();
            }
        }
    };
    if (threads == 0) {
        threads = std::thread::hardware_concurrency();
    }
    if (threads > count) {
        threads = count;
    }
    std::vector<std::thread> helpers;
    helpers.reserve(threads); // so that nothing but the start of a thread can fail below
    while (helpers.size() + 1 < threads) {
        try {
            helpers.emplace_back(work);
        }
        catch (const std::system_error &) {
            break; // no more threads to be had: these will do
        }
    }
    work(); // this thread, too
    for (std::thread &helper : helpers) {
        helper.join();
    }
    if (failure) {
        std::rethrow_exception(failure);
    }
#else
    for (std::size_t i = 0; i < count; i++) {
        task(i);
    }
#endif
}
