// SPDX-License-Identifier: MIT

#include <annals/error.hpp>
#include <annals/stream_error.hpp>
#include <tests/catch.hpp>

#include <stdexcept>
#include <string>
#include <type_traits>

using namespace annals;

namespace {

template <class Base, class... Derived>
constexpr bool is_base_of_all = (std::is_base_of_v<Base, Derived> && ...);

} // namespace

TEST_CASE("error: the tree") {
    STATIC_REQUIRE(is_base_of_all<std::logic_error, UsageError>);
    STATIC_REQUIRE(is_base_of_all<std::runtime_error, Error>);
    STATIC_REQUIRE(is_base_of_all<
                   Error,
                   InvalidInput,
                   ConcurrencyError,
                   IdempotencyMismatch,
                   AppendOutcomeUnknown,
                   StreamNotFound,
                   StoreError,
                   CorruptData,
                   DecodeError,
                   FencedOut,
                   HistoryDiverged,
                   DeadlineExceeded>);
    STATIC_REQUIRE(is_base_of_all<DecodeError, UnknownEventType>);
    STATIC_REQUIRE_FALSE(std::is_base_of_v<Error, UsageError>);
    // "Nothing was written" and "perhaps written" must not be caught as one.
    STATIC_REQUIRE_FALSE(std::is_base_of_v<StoreError, AppendOutcomeUnknown>);
    STATIC_REQUIRE_FALSE(std::is_base_of_v<StoreError, ConcurrencyError>);
}

TEST_CASE("error: all can be thrown by copy without failing") {
    STATIC_REQUIRE(std::is_nothrow_copy_constructible_v<ConcurrencyError>);
    STATIC_REQUIRE(std::is_nothrow_copy_constructible_v<StreamNotFound>);
    STATIC_REQUIRE(std::is_copy_constructible_v<AppendOutcomeUnknown>);
    STATIC_REQUIRE(std::is_copy_constructible_v<CorruptData>);
}

TEST_CASE("error: a concurrency error carries both versions and the stream") {
    ConcurrencyError const error{{"Order", "7"}, ExpectedVersion::exactly(Version{1}), Version{2}};
    CHECK(error.stream() == StreamName{"Order", "7"});
    CHECK(error.expected() == ExpectedVersion::exactly(Version{1}));
    CHECK(error.actual() == Version{2});
    CHECK(std::string{error.what()} == "annals: stream 'Order/7' is at version 2, expected version 1");
}

TEST_CASE("error: each other one carries what it is about") {
    EventId const id = new_event_id();

    IdempotencyMismatch const mismatch{{"Order", "7"}, id};
    CHECK(mismatch.stream() == StreamName{"Order", "7"});
    CHECK(mismatch.event_id() == id);
    CHECK_THAT(mismatch.what(), Catch::Matchers::ContainsSubstring(to_text(id)));

    AppendOutcomeUnknown const unknown{"the connection died", {id}};
    CHECK(unknown.event_ids() == std::vector<EventId>{id});
    CHECK_THAT(unknown.what(), Catch::Matchers::ContainsSubstring("the connection died"));

    CHECK(StreamNotFound{StreamName{"Order", "7"}}.stream() == StreamName{"Order", "7"});

    StoreError const busy{"annals: the database is busy", "5", true};
    CHECK(busy.is_transient());
    CHECK(busy.native_code() == "5");
    CHECK_FALSE(StoreError("x", "42", false).is_transient());

    CorruptData const nameless{"the file is cut off"};
    CHECK_FALSE(nameless.stream().has_value());
    CorruptData const corrupt{{"Order", "7"}, Version{3}, "a hole"};
    CHECK(corrupt.stream() == StreamName{"Order", "7"});
    CHECK(corrupt.version() == Version{3});
    CHECK(std::string{corrupt.what()} == "annals: stream 'Order/7', version 3: a hole");

    UnknownEventType const unknown_type{{"Order", "7"}, Version{3}, "Gone"};
    CHECK(unknown_type.stream() == StreamName{"Order", "7"});
    CHECK(unknown_type.version() == Version{3});
    CHECK(unknown_type.type() == "Gone");
    CHECK_THAT(
        unknown_type.what(),
        Catch::Matchers::ContainsSubstring("Order/7") && Catch::Matchers::ContainsSubstring("version 3") &&
            Catch::Matchers::ContainsSubstring("'Gone'")
    );
}
