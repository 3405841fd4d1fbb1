// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_INTEGRATION_PRIVACY_BREAKABLE_KEY_STORE_HPP
#define ANNALS_TESTS_INTEGRATION_PRIVACY_BREAKABLE_KEY_STORE_HPP

#include <annals/concepts/key_store.hpp>
#include <annals/detail/new_subject_key.hpp>
#include <annals/limits.hpp>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace annals_tests {

/// A key store with the steps in which one can be wrong.
class BreakableKeyStore {
public:
    struct Core {
        using Keys = std::map<std::string, annals::SubjectKey, std::less<>>;

        std::mutex mutex;
        Keys keys;
        Keys at_rest; ///< what `reopen` finds, if that is something else
        std::function<void(std::string_view)> check = [](std::string_view subject) {
            annals::require_name("data subject", subject);
        };
        std::function<std::string(std::string_view)> name = [](std::string_view subject) {
            return std::string{subject};
        };
        std::function<annals::SubjectKey(std::string const&)> make = [](std::string const&) {
            return annals::detail::new_subject_key();
        };
        std::function<void(Core&, std::string const&)> erase = [](Core& self, std::string const& known) {
            self.keys.erase(known);
        };
        std::function<bool(bool)> answer = [](bool is_known) { return is_known; };
        std::function<std::optional<annals::SubjectKey>(Core&, annals::EventId const&)> miss =
            [](Core&, annals::EventId const&) { return std::optional<annals::SubjectKey>{}; };
        std::function<void(Core&)> reopen = [](Core&) {};
        bool is_shared = true;
        bool looks_before_it_locks = false;
    };

    [[nodiscard]] annals::SubjectKey key_for(std::string_view subject) {
        core->check(subject);
        std::string const name = core->name(subject);
        if (core->looks_before_it_locks) {
            bool const is_known = is_there(name);
            // Long enough for the others to look as well.
            std::this_thread::sleep_for(std::chrono::milliseconds{is_known ? 0 : 30});
            std::lock_guard const lock{core->mutex};
            return is_known ? core->keys.at(name) : core->keys.insert_or_assign(name, core->make(name)).first->second;
        }
        std::lock_guard const lock{core->mutex};
        auto found = core->keys.find(name);
        if (found == core->keys.end()) {
            found = core->keys.emplace(name, core->make(name)).first;
        }
        return found->second;
    }
    [[nodiscard]] std::optional<annals::SubjectKey> find(annals::EventId const& id) const {
        std::lock_guard const lock{core->mutex};
        for (auto const& [name, key] : core->keys) {
            if (key.id == id) {
                return key;
            }
        }
        return core->miss(*core, id);
    }
    bool forget(std::string_view subject) {
        core->check(subject);
        std::lock_guard const lock{core->mutex};
        std::string const name = core->name(subject);
        bool const is_known = core->keys.contains(name);
        core->erase(*core, name);
        return core->answer(is_known);
    }

    std::shared_ptr<Core> core = std::make_shared<Core>();

private:
    [[nodiscard]] bool is_there(std::string const& name) const {
        std::lock_guard const lock{core->mutex};
        return core->keys.contains(name);
    }
};

static_assert(annals::KeyStore<BreakableKeyStore>);

struct BrokenKeyStore {
    std::string_view name;
    std::function<void(BreakableKeyStore::Core&)> break_step;
    std::vector<std::string_view> broken_rules;
};

[[nodiscard]] inline std::vector<BrokenKeyStore> broken_key_stores() {
    using Core = BreakableKeyStore::Core;
    std::string_view const one = "a subject has one key, found by its id";
    std::string_view const apart = "subjects whose ids look alike have keys of their own";
    std::string_view const gone = "a forgotten key is gone, others are not";
    std::string_view const renewed = "a subject that was forgotten has a new key";
    std::string_view const whole = "keys made while others are forgotten are whole, or gone";
    return {
        {"has one key for all",
         [](Core& core) { core.name = [](std::string_view) { return std::string{"all"}; }; },
         {apart, gone}},
        {"does not tell case",
         [](Core& core) {
             core.name = [](std::string_view subject) {
                 std::string name{subject};
                 std::transform(name.begin(), name.end(), name.begin(), [](char c) {
                     return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
                 });
                 return name;
             };
         },
         {apart}},
        {"cuts ids",
         [](Core& core) { core.name = [](std::string_view subject) { return std::string{subject.substr(0, 200)}; }; },
         {apart}},
        {"makes a key of the subject's id",
         [](Core& core) {
             core.make = [](std::string const& name) {
                 annals::SubjectKey key{annals::new_event_id(), {}};
                 std::copy_n(name.begin(), std::min(name.size(), key.bytes.size()), key.bytes.begin());
                 return key;
             };
         },
         {renewed}},
        {"does not make the bytes",
         [](Core& core) {
             core.make = [](std::string const&) { return annals::SubjectKey{annals::new_event_id(), {}}; };
         },
         {one}},
        {"uses ids again",
         [](Core& core) {
             core.make = [](std::string const& name) {
                 annals::SubjectKey key = annals::detail::new_subject_key();
                 key.id = {};
                 std::copy_n(name.begin(), std::min<std::size_t>(name.size(), 16), key.id.begin());
                 return key;
             };
         },
         {renewed}},
        {"finds a key for each id",
         [](Core& core) {
             core.miss = [](Core&, annals::EventId const&) { return std::optional{annals::detail::new_subject_key()}; };
         },
         {"a key that nobody has made is not found"}},
        {"finds nothing",
         [](Core& core) {
             core.make = [](std::string const&) {
                 annals::SubjectKey key = annals::detail::new_subject_key();
                 key.id = annals::EventId{};
                 return key;
             };
         },
         {"a key that nobody has made is not found"}},
        {"keeps what is forgotten",
         [](Core& core) { core.erase = [](Core&, std::string const&) {}; },
         {gone, renewed, "what one handle does, every handle sees", whole}},
        {"hides what is forgotten until there is a new key",
         [](Core& core) {
             core.erase = [](Core& self, std::string const& name) {
                 if (auto const found = self.keys.find(name); found != self.keys.end()) {
                     self.at_rest.insert_or_assign(name, found->second);
                     self.keys.erase(found);
                 }
             };
             core.miss = [](Core& self, annals::EventId const& id) {
                 for (auto const& [name, key] : self.at_rest) {
                     if (key.id == id && self.keys.contains(name)) {
                         return std::optional{key};
                     }
                 }
                 return std::optional<annals::SubjectKey>{};
             };
         },
         {renewed}},
        {"forgets all",
         [](Core& core) { core.erase = [](Core& self, std::string const&) { self.keys.clear(); }; },
         {gone}},
        {"says that it forgot", [](Core& core) { core.answer = [](bool) { return true; }; }, {gone}},
        {"takes any id",
         [](Core& core) { core.check = [](std::string_view) {}; },
         {"a subject that is no name is refused"}},
        {"has keys for each handle",
         [](Core& core) { core.is_shared = false; },
         {"what one handle does, every handle sees", "callers at once are given one key"}},
        {"looks before it locks",
         [](Core& core) { core.looks_before_it_locks = true; },
         {"callers at once are given one key"}},
        {"loses keys when it is closed",
         [](Core& core) { core.reopen = [](Core& self) { self.keys.clear(); }; },
         {"keys are there after reopening, and forgotten ones are not"}},
        {"brings back keys when it is opened",
         [](Core& core) {
             core.erase = [](Core& self, std::string const& name) {
                 self.at_rest = self.keys;
                 self.keys.erase(name);
             };
             core.reopen = [](Core& self) { self.keys = self.at_rest; };
         },
         {"keys are there after reopening, and forgotten ones are not"}},
    };
}

} // namespace annals_tests

#endif // ANNALS_TESTS_INTEGRATION_PRIVACY_BREAKABLE_KEY_STORE_HPP
