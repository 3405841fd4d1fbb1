// SPDX-License-Identifier: MIT

#include <annals/json.hpp>
#include <tests/catch.hpp>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

// A state that counts in cents since its third version, and whose older snapshots are carried on.

namespace {

struct EurosV1 {
    std::string owner;
    double euros{};
};
ANNALS_FIELDS(EurosV1, owner, euros)
struct EurosV2 {
    std::string owner;
    double amount{};
};
ANNALS_FIELDS(EurosV2, owner, amount)
struct Account {
    std::string owner;
    std::int64_t cents{};
    friend bool operator==(Account const&, Account const&) = default;
};
ANNALS_FIELDS(Account, owner, cents)

[[nodiscard]] EurosV2 upcast(EurosV1 const& v1) { return {v1.owner, v1.euros}; }
[[nodiscard]] Account upcast(EurosV2 const& v2) {
    if (v2.amount < 0) {
        throw std::domain_error{"no debts"};
    }
    return {v2.owner, static_cast<std::int64_t>(v2.amount * 100)};
}

struct OwnerWasName {
    static void upcast(nlohmann::json& state) {
        state["owner"] = state.at("name");
        state.erase("name");
    }
};
struct Wallet {
    std::string owner;
    friend bool operator==(Wallet const&, Wallet const&) = default;
};
ANNALS_FIELDS(Wallet, owner)

} // namespace

// The former ones were stored under the name of the state.
template <>
inline constexpr std::string_view annals::event_name<EurosV1> = "Account";
template <>
inline constexpr std::string_view annals::event_name<EurosV2> = "Account";
template <>
inline constexpr auto annals::event_history<Account> = annals::history<EurosV1, EurosV2>;
template <>
inline constexpr auto annals::event_history<Wallet> = annals::history<OwnerWasName>;

namespace {

annals::JsonSnapshotCodec<Account> const codec;

/// As the release that had this state has stored it.
template <class State>
[[nodiscard]] annals::EncodedPayload stored(State const& state, std::int32_t version) {
    annals::EncodedPayload payload = annals::JsonSnapshotCodec<State>{}.encode(state);
    payload.schema_version = version;
    return payload;
}

} // namespace

TEST_CASE("JsonSnapshotCodec: a snapshot of a former state is carried on by the history of the state") {
    CHECK(codec.decode(stored(EurosV1{"Ada", 1.5}, 1)) == Account{"Ada", 150});
    CHECK(codec.decode(stored(EurosV2{"Ada", 2.5}, 2)) == Account{"Ada", 250});
    CHECK(codec.decode(codec.encode({"Ada", 350})) == Account{"Ada", 350});
    CHECK(codec.encode({"Ada", 350}).schema_version == 3);
}

TEST_CASE("JsonSnapshotCodec: a former snapshot of another version, of other fields or without sense is passed over") {
    CHECK_FALSE(codec.decode(stored(EurosV1{"Ada", 1.5}, 2)));
    CHECK_FALSE(codec.decode(stored(EurosV1{"Ada", 1.5}, 3)));
    CHECK_FALSE(codec.decode(stored(EurosV1{"Ada", 1.5}, 4)));
    CHECK_FALSE(codec.decode(stored(EurosV1{"Ada", 1.5}, 0)));
    CHECK_FALSE(codec.decode(stored(Account{"Ada", 150}, 1)));
    CHECK_FALSE(codec.decode(stored(EurosV2{"Ada", -1}, 2))); // its upcast throws
    annals::EncodedPayload damaged = stored(EurosV1{"Ada", 1.5}, 1);
    damaged.data = "{}";
    CHECK_FALSE(codec.decode(damaged));
    annals::EncodedPayload bare = stored(EurosV1{"Ada", 1.5}, 1);
    bare.type = "Account";
    CHECK_FALSE(codec.decode(bare));
}

TEST_CASE("JsonSnapshotCodec: of a former snapshot without a struct, the fingerprint is not known") {
    annals::JsonSnapshotCodec<Wallet> const wallets;
    CHECK(wallets.decode({"Wallet#0123456789abcdef", 1, R"({"name":"Ada"})"}) == Wallet{"Ada"});
    CHECK_FALSE(wallets.decode({"Wallet#0123456789abcdef", 1, R"({"owner":"Ada"})"}));
    CHECK_FALSE(wallets.decode({"Wallet#0123456789abcdef", 2, R"({"owner":"Ada"})"}));
    CHECK_FALSE(wallets.decode({"Purse#0123456789abcdef", 1, R"({"name":"Ada"})"}));
    CHECK_FALSE(wallets.decode({"Wallet", 1, R"({"name":"Ada"})"}));
}
