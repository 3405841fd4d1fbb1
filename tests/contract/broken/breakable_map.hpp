// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_CONTRACT_BROKEN_BREAKABLE_MAP_HPP
#define ANNALS_TESTS_CONTRACT_BROKEN_BREAKABLE_MAP_HPP

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace annals_tests {

/// A map under a lock that handles share, with the steps in which a store of one value a key can be wrong.
template <class Value>
struct BreakableMap {
    std::mutex mutex;
    std::map<std::string, Value> values;
    std::function<void(Value&)> keep = [](Value&) {};
    std::function<void(BreakableMap&)> reopen = [](BreakableMap&) {};
    bool is_shared = true; ///< handles see what other handles have saved

    [[nodiscard]] std::optional<Value> find(std::string const& key) {
        std::lock_guard const lock{mutex};
        auto const found = values.find(key);
        if (found == values.end()) {
            return std::nullopt;
        }
        Value value = found->second;
        keep(value);
        return value;
    }
    void put(std::string const& key, Value const& value) {
        std::lock_guard const lock{mutex};
        values.insert_or_assign(key, value);
    }
};

template <class Store>
struct BrokenStateStore {
    std::string_view name;
    std::function<void(typename Store::Core&)> break_step;
    std::vector<std::string_view> broken_rules;
};

} // namespace annals_tests

#endif // ANNALS_TESTS_CONTRACT_BROKEN_BREAKABLE_MAP_HPP
