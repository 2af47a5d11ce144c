#pragma once

#include <list>
#include <optional>
#include <unordered_map>

template <class Key, class Value>
class LruCache {
public:
    explicit LruCache(std::size_t capacity) : capacity(capacity) {}

    std::optional<Value> get(const Key& key) {
        const auto found = places.find(key);
        if (found == places.end()) {
            misses++;
            return {};
        }
        hits++;
        entries.splice(entries.begin(), entries, found->second);
        return found->second->second;
    }

    void set(const Key& key, Value value) {
        entries.emplace_front(key, std::move(value));
        places[key] = entries.begin();
        if (entries.size() <= capacity) return;
        places.erase(entries.back().first);
        entries.pop_back();
    }

    void clear() {
        entries.clear();
        places.clear();
    }

    std::size_t size() const { return entries.size(); }

    int hits = 0, misses = 0;

private:
    using Entries = std::list<std::pair<Key, Value>>;
    std::size_t capacity;
    Entries entries;
    std::unordered_map<Key, typename Entries::iterator> places;
};
