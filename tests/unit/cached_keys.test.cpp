// SPDX-License-Identifier: MIT

#include <annals/cached_keys.hpp>
#include <annals/memory/key_store.hpp>
#include <tests/catch.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

namespace {

/// Counts what it is asked for, and can do something while it looks for a key.
struct CountedKeys {
    annals::InMemoryKeyStore keys;
    int given = 0;
    mutable int looked_for = 0;
    std::function<void()> found = [] {};

    [[nodiscard]] annals::SubjectKey key_for(std::string_view subject) {
        ++given;
        return keys.key_for(subject);
    }
    [[nodiscard]] std::optional<annals::SubjectKey> find(annals::EventId const& id) const {
        ++looked_for;
        auto key = keys.find(id);
        found();
        return key;
    }
    bool forget(std::string_view subject) { return keys.forget(subject); }
};

} // namespace

TEST_CASE("cached keys: a key is looked for once", "[privacy]") {
    CountedKeys keys;
    annals::CachedKeys cached{keys, std::chrono::hours{1}};
    auto const key = cached.key_for("c7");
    auto const other = cached.key_for("c8");
    for (int i = 0; i < 3; ++i) {
        CHECK(cached.find(key.id)->bytes == key.bytes);
        CHECK(cached.find(other.id)->bytes == other.bytes);
    }
    CHECK(keys.looked_for == 2);
}

TEST_CASE("cached keys: what is not there is looked for again", "[privacy]") {
    CountedKeys keys;
    annals::CachedKeys const cached{keys, std::chrono::hours{1}};
    annals::EventId const id = annals::new_event_id();
    CHECK_FALSE(cached.find(id).has_value());
    CHECK_FALSE(cached.find(id).has_value());
    CHECK(keys.looked_for == 2);
}

TEST_CASE("cached keys: new data never has a key from memory", "[privacy]") {
    CountedKeys keys;
    annals::CachedKeys cached{keys, std::chrono::hours{1}};
    auto const key = cached.key_for("c7");
    CHECK(cached.find(key.id).has_value());
    keys.forget("c7"); // in another process
    CHECK(cached.key_for("c7").id != key.id);
    CHECK(keys.given == 2);
}

TEST_CASE("cached keys: no key is kept for longer than the time given", "[privacy]") {
    CountedKeys keys;
    annals::CachedKeys cached{keys, std::chrono::seconds{0}};
    auto const key = cached.key_for("c7");
    CHECK(cached.find(key.id).has_value());
    keys.forget("c7");
    CHECK_FALSE(cached.find(key.id).has_value());
}

TEST_CASE("cached keys: what is forgotten here is so at once, for copies too", "[privacy]") {
    CountedKeys keys;
    annals::CachedKeys cached{keys, std::chrono::hours{1}};
    annals::CachedKeys const copy = cached;
    auto const key = cached.key_for("c7");
    auto const other = cached.key_for("c8");
    CHECK(copy.find(key.id).has_value());
    CHECK(cached.forget("c7"));
    CHECK_FALSE(copy.find(key.id).has_value());
    CHECK(copy.find(other.id).has_value());
    CHECK_FALSE(cached.forget("c7"));
}

TEST_CASE("cached keys: a key that is forgotten while it is found is not kept", "[privacy]") {
    CountedKeys keys;
    annals::CachedKeys cached{keys, std::chrono::hours{1}};
    auto const key = cached.key_for("c7");
    keys.found = [&cached, is_done = false]() mutable {
        if (!std::exchange(is_done, true)) {
            cached.forget("c7");
        }
    };
    CHECK(cached.find(key.id).has_value());
    CHECK_FALSE(cached.find(key.id).has_value());
}
