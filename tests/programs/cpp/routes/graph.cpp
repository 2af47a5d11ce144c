#include "graph.hpp"

#include <algorithm>

#include "heap.hpp"

void Graph::connect(const std::string& one, const std::string& other, int cost) {
    edges[one].emplace_back(other, cost);
    edges[other].emplace_back(one, cost);
}

std::optional<Route> Graph::shortest(const std::string& from, const std::string& to) const {
    std::map<std::string, int> best{{from, 0}};
    std::map<std::string, std::string> previous;
    Heap<std::pair<int, std::string>> heap;
    heap.push({0, from});
    while (!heap.empty()) {
        const auto [cost, node] = heap.pop();
        if (node == to) {
            Route route{{to}, cost};
            for (auto at = previous.find(to); at != previous.end(); at = previous.find(at->second))
                route.nodes.push_back(at->second);
            std::ranges::reverse(route.nodes);
            return route;
        }
        const auto found = edges.find(node);
        if (found == edges.end()) continue;
        for (const auto& [next, length] : found->second) {
            const auto known = best.find(next);
            if (known != best.end() && known->second <= cost + length) continue;
            best[next] = cost + length;
            previous[next] = node;
            heap.push({cost + length, next});
        }
    }
    return {};
}
