#include <iostream>
#include <sstream>

#include "graph.hpp"
#include "lru.hpp"

static std::string describe(const std::optional<Route>& route, const std::string& from, const std::string& to) {
    if (!route) return "no path from " + from + " to " + to;
    std::ostringstream text;
    for (std::size_t i = 0; i < route->nodes.size(); i++) text << (i ? " -> " : "") << route->nodes[i];
    text << " (" << route->cost << ")";
    return text.str();
}

int main() {
    Graph graph;
    LruCache<std::string, std::string> cache(1);
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream words(line);
        std::string word, from, to;
        words >> word;
        if (word == "cache") {
            std::size_t size;
            words >> size;
            cache = LruCache<std::string, std::string>(size);
        } else if (word == "edge") {
            int cost;
            words >> from >> to >> cost;
            graph.connect(from, to, cost);
            cache.clear();
        } else if (word == "path") {
            words >> from >> to;
            if (const auto known = cache.get(from + " " + to)) {
                std::cout << *known << " [cached]\n";
                continue;
            }
            const auto answer = describe(graph.shortest(from, to), from, to);
            cache.set(from + " " + to, answer);
            std::cout << answer << '\n';
        } else {
            std::cout << "hits " << cache.hits << " misses " << cache.misses << " size " << cache.size() << '\n';
        }
    }
}
