#include <iostream>
#include <thread>
#include <mutex>
#include <vector>

int main() {
    std::mutex lock;
    int sum = 0;
    std::vector<std::jthread> all;
    for (int at = 0; at < 4; at++) all.emplace_back([&, at] { std::lock_guard held(lock); sum += at; });
    all.clear();
    std::cout << sum;
}
