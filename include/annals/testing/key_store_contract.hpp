// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTING_KEY_STORE_CONTRACT_HPP
#define ANNALS_TESTING_KEY_STORE_CONTRACT_HPP

#include <annals/concepts/key_store.hpp>
#include <annals/testing/contract/expect.hpp>
#include <annals/testing/contract/names.hpp>
#include <annals/testing/contract/race.hpp>
#include <annals/testing/contract_rule.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace annals::testing {

/// What `key_store_contract` needs to try a key store: see `EventStoreFixture`.
template <class F>
concept KeyStoreFixture = KeyStore<typename F::store_type> && requires(F& fixture) {
    { F::quirks } -> std::convertible_to<Quirks>;
    { fixture.store() } -> std::same_as<typename F::store_type&>;
    { fixture.second_handle() } -> std::same_as<typename F::store_type&>;
    requires !F::quirks.persists_across_reopen || requires { fixture.reopen(); };
};

namespace detail {

[[nodiscard]] inline bool is_same_key(SubjectKey const& a, SubjectKey const& b) {
    return a.id == b.id && a.bytes == b.bytes;
}

template <class Store>
void expect_found(Store const& store, SubjectKey const& key, std::string_view subject) {
    std::optional<SubjectKey> const found = store.find(key.id);
    expect(found && is_same_key(*found, key), "the key of '" + std::string{subject} + "' is found by its id");
}

/// The keys of the subjects, each of which is another one.
template <class Store>
[[nodiscard]] std::vector<SubjectKey> different_keys(Store& store, std::vector<std::string> const& subjects) {
    std::vector<SubjectKey> keys;
    std::set<EventId> ids;
    std::set<std::array<unsigned char, 32>> bytes{std::array<unsigned char, 32>{}};
    for (std::string const& subject : subjects) {
        keys.push_back(store.key_for(subject));
        expect(ids.insert(keys.back().id).second, "the id of the key of '" + subject + "' is its own");
        expect(bytes.insert(keys.back().bytes).second, "the key of '" + subject + "' is its own, and made");
    }
    return keys;
}

template <class Fixture>
void key_stays(Fixture& fixture) {
    SubjectKey const key = different_keys(fixture.store(), {"customer-7"}).front();
    for (int again = 0; again < 3; ++again) {
        expect(is_same_key(fixture.store().key_for("customer-7"), key), "a subject has the same key again");
        expect_found(fixture.store(), key, "customer-7");
    }
}

template <class Fixture>
void unknown_key_is_not_found(Fixture& fixture) {
    expect(!fixture.store().find(new_event_id()), "a key that nobody has made is not found");
    static_cast<void>(fixture.store().key_for("customer-7"));
    expect(!fixture.store().find(new_event_id()), "a key that nobody has made is not found beside others");
    expect(!fixture.store().find(EventId{}), "the id of nothing is that of no key");
}

template <class Fixture>
void keys_are_kept_apart(Fixture& fixture) {
    std::vector<std::string> subjects;
    for (auto const& names :
         {names_by_case(),
          names_by_spaces(),
          names_like_sql(),
          names_like_numbers(),
          names_in_unicode(),
          names_at_full_length()}) {
        subjects.insert(subjects.end(), names.begin(), names.end());
    }
    std::set<std::string> const once{subjects.begin(), subjects.end()};
    subjects.assign(once.begin(), once.end());
    auto const keys = different_keys(fixture.store(), subjects);
    for (std::size_t i = 0; i < subjects.size(); ++i) {
        expect(is_same_key(fixture.store().key_for(subjects[i]), keys[i]), "'" + subjects[i] + "' has its key again");
        expect_found(fixture.store(), keys[i], subjects[i]);
    }
    expect(fixture.store().forget(subjects.front()), "there was a key to forget");
    for (std::size_t i = 1; i < subjects.size(); ++i) {
        expect_found(fixture.store(), keys[i], subjects[i]);
    }
}

template <class Fixture>
void forgotten_key_is_gone(Fixture& fixture) {
    auto& store = fixture.store();
    expect(!store.forget("customer-7"), "nothing is forgotten of a subject without a key");
    auto const keys = different_keys(store, {"customer-7", "customer-8"});
    expect(store.forget("customer-7"), "a subject that has a key is forgotten");
    expect(!store.find(keys[0].id), "a forgotten key is not found");
    expect_found(store, keys[1], "customer-8");
    expect(is_same_key(store.key_for("customer-8"), keys[1]), "other subjects keep their keys");
    expect(!store.forget("customer-7"), "a subject is forgotten once");
}

template <class Fixture>
void later_key_is_another(Fixture& fixture) {
    auto& store = fixture.store();
    std::vector<SubjectKey> earlier;
    for (int round = 0; round < 4; ++round) {
        SubjectKey const key = store.key_for("customer-7");
        for (SubjectKey const& old : earlier) {
            expect(old.id != key.id && old.bytes != key.bytes, "what comes after forgetting has a new key");
            expect(!store.find(old.id), "a forgotten key stays so when there is a new one");
        }
        expect_found(store, key, "customer-7");
        expect(store.forget("customer-7"), "the new key is forgotten as the one before");
        earlier.push_back(key);
    }
}

template <class Fixture>
void handles_share_keys(Fixture& fixture) {
    SubjectKey const key = fixture.store().key_for("customer-7");
    expect(is_same_key(fixture.second_handle().key_for("customer-7"), key), "each handle gives the same key");
    expect_found(fixture.second_handle(), key, "customer-7");
    expect(fixture.second_handle().forget("customer-7"), "each handle can forget");
    expect(!fixture.store().find(key.id), "what one handle has forgotten, every handle has");
    expect(fixture.store().key_for("customer-7").id != key.id, "no handle gives a forgotten key again");
}

template <class Fixture>
void odd_subjects_are_refused(Fixture& fixture) {
    for (std::string const& subject :
         {std::string{}, std::string(256, 'x'), std::string{"a\nb"}, std::string{"\xFF"}, std::string{"a\0b", 3}}) {
        expect_throw<InvalidInput>("InvalidInput", "key_for of what is no name", [&] {
            static_cast<void>(fixture.store().key_for(subject));
        });
        expect_throw<InvalidInput>("InvalidInput", "forget of what is no name", [&] {
            fixture.store().forget(subject);
        });
    }
}

template <class Fixture>
void keys_survive_reopening(Fixture& fixture) {
    auto const keys = different_keys(fixture.store(), {"customer-7", "customer-8"});
    expect(fixture.store().forget("customer-7"), "a subject that has a key is forgotten");
    fixture.reopen();
    expect_found(fixture.store(), keys[1], "customer-8");
    expect(is_same_key(fixture.store().key_for("customer-8"), keys[1]), "a subject has its key after reopening");
    expect(!fixture.store().find(keys[0].id), "a forgotten key is gone after reopening");
}

template <class Fixture>
void callers_are_given_one_key(Fixture& fixture) {
    constexpr int rounds = 8;
    for (int round = 0; round < rounds; ++round) {
        std::string const subject = "customer-" + std::to_string(round);
        std::mutex mutex;
        std::set<EventId> ids;
        race(racing_threads, [&](std::size_t thread) {
            auto& store = thread % 2 == 0 ? fixture.store() : fixture.second_handle();
            SubjectKey const key = store.key_for(subject);
            expect_found(store, key, subject);
            std::lock_guard const lock{mutex};
            ids.insert(key.id);
        });
        expect_equal("the number of keys of a subject that all ask for at once", ids.size(), std::size_t{1});
    }
}

template <class Fixture>
void forgetting_races(Fixture& fixture) {
    constexpr int rounds = 10;
    std::mutex mutex;
    std::vector<SubjectKey> given;
    race(3, [&](std::size_t thread) {
        auto& store = thread % 2 == 0 ? fixture.store() : fixture.second_handle();
        for (int round = 0; round < rounds; ++round) {
            if (thread == 2) {
                store.forget("customer-7");
                continue;
            }
            SubjectKey const key = store.key_for("customer-7");
            auto const found = store.find(key.id);
            expect(!found || is_same_key(*found, key), "a key is the one that was made, or gone");
            std::lock_guard const lock{mutex};
            given.push_back(key);
        }
    });
    fixture.store().forget("customer-7");
    for (SubjectKey const& key : given) {
        expect(!fixture.second_handle().find(key.id), "all keys of a subject that was forgotten last are gone");
    }
}

template <class Fixture>
constexpr auto reopened_key_rules() {
    if constexpr (Fixture::quirks.persists_across_reopen) {
        return std::array{rule<Fixture, &keys_survive_reopening<Fixture>>(
            "keys are there after reopening, and forgotten ones are not"
        )};
    } else {
        return std::array<ContractRule<Fixture>, 0>{};
    }
}

} // namespace detail

/// What a `KeyStore` promises and the compiler cannot check.
template <KeyStoreFixture Fixture>
inline constexpr auto key_store_contract = detail::join(
    std::array{
        detail::rule<Fixture, &detail::key_stays<Fixture>>("a subject has one key, found by its id"),
        detail::rule<Fixture, &detail::unknown_key_is_not_found<Fixture>>("a key that nobody has made is not found"),
        detail::rule<Fixture, &detail::keys_are_kept_apart<Fixture>>(
            "subjects whose ids look alike have keys of their own"
        ),
        detail::rule<Fixture, &detail::forgotten_key_is_gone<Fixture>>("a forgotten key is gone, others are not"),
        detail::rule<Fixture, &detail::later_key_is_another<Fixture>>("a subject that was forgotten has a new key"),
        detail::rule<Fixture, &detail::handles_share_keys<Fixture>>("what one handle does, every handle sees"),
        detail::rule<Fixture, &detail::odd_subjects_are_refused<Fixture>>("a subject that is no name is refused"),
        detail::rule_for_threads<Fixture, &detail::callers_are_given_one_key<Fixture>>(
            "callers at once are given one key"
        ),
        detail::rule_for_threads<Fixture, &detail::forgetting_races<Fixture>>(
            "keys made while others are forgotten are whole, or gone"
        ),
    },
    detail::reopened_key_rules<Fixture>()
);

} // namespace annals::testing

#endif // ANNALS_TESTING_KEY_STORE_CONTRACT_HPP
