#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

struct Route {
    std::vector<std::string> nodes;
    int cost;
};

class Graph {
public:
    void connect(const std::string& one, const std::string& other, int cost);
    std::optional<Route> shortest(const std::string& from, const std::string& to) const;

private:
    std::map<std::string, std::vector<std::pair<std::string, int>>> edges;
};
