import asking

for name, value in asking.answers():
    print(f"#define {name} {value}")
