#pragma once

#include <functional>
#include <utility>
#include <vector>

template <class Item, class Before = std::less<Item>>
class Heap {
public:
    bool empty() const { return items.empty(); }

    void push(Item item) {
        items.push_back(std::move(item));
        for (auto at = items.size() - 1; at > 0 && before(items[at], items[(at - 1) / 2]); at = (at - 1) / 2)
            std::swap(items[at], items[(at - 1) / 2]);
    }

    Item pop() {
        std::swap(items.front(), items.back());
        Item top = std::move(items.back());
        items.pop_back();
        for (std::size_t at = 0;;) {
            auto least = at;
            for (auto child = 2 * at + 1; child <= 2 * at + 2; child++)
                if (child < items.size() && before(items[child], items[least])) least = child;
            if (least == at) return top;
            std::swap(items[at], items[least]);
            at = least;
        }
    }

private:
    std::vector<Item> items;
    Before before;
};
