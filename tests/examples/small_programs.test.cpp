// SPDX-License-Identifier: MIT

#include <tests/catch.hpp>
#include <tests/examples/support/program.hpp>
#include <tests/reliability/support/temp_directory.hpp>

#include <filesystem>
#include <string>

namespace {

/// Runs a program twice, the second time over what the first has left: both print this.
void require_output(std::string const& program, std::string const& folder, std::string const& output) {
    for (int i = 0; i < 2; ++i) {
        examples::Outcome const outcome = examples::Program{{program, folder}}.wait();
        CHECK(outcome.err == "");
        CHECK(outcome.out == output);
        CHECK(outcome.status == 0);
    }
}

} // namespace

TEST_CASE("two releases read what both have written", "[evolution]") {
    reliability::TempDirectory const directory;
    require_output(
        ANNALS_ORDER_RELEASES,
        directory.path(),
        R"(stored: o-1 OrderCreated (1) {"cents":1250,"customer_id":"c-7"}
stored: o-2 OrderPlaced (1) {"customer_id":"c-8","product":"tea"}
stored: o-1 OrderSent (1) {"carrier":"DHL"}
stored: o-3 OrderCreated (1) {"cents":900,"customer_id":"c-9"}
the old release reads o-1 - created, 1250 - sent with DHL
the new release reads o-1 - created in USD - shipped with DHL
the old release reads o-2 - placed with tea
the new release reads o-2 - created in USD - added tea
the old release reads o-3 - created, 900
the new release reads o-3 - created in USD
)"
    );
}

TEST_CASE("a snapshot at 400 leaves 50 of 450 events to be applied", "[snapshots]") {
    reliability::TempDirectory const directory;
    require_output(
        ANNALS_LONG_ORDERS,
        directory.path(),
        "without a snapshot: 450 of 450 events applied, total 2250\n"
        "with the one at version 400: 50 of 450 events applied, total 2250\n"
        "the second release, to which that is none: 450 of 450 events applied, total 2250\n"
        "with one of its own: 0 of 500 events applied, total 2500\n"
    );
}

TEST_CASE("a customer is forgotten", "[privacy]") {
    reliability::TempDirectory const directory;
    require_output(
        ANNALS_FORGOTTEN_CUSTOMERS,
        directory.path(),
        "o-1: ann@example.com, note 'leave it with the neighbours'\n"
        "o-2: bob@example.com, note ''\n"
        "event 1 of o-1: customer customer-7, ann@example.com\n"
        "files that hold 'ann@example.com': 0\n"
        "files that hold 'neighbours': 0\n"
        "files that hold 'customer-7': 1\n"
        "customer-7 asks to be forgotten\n"
        "o-1: (forgotten), note 'leave it with the neighbours'\n"
        "o-2: bob@example.com, note ''\n"
        "event 1 of o-1: customer customer-7, (forgotten)\n"
        "files that hold 'ann@example.com': 0\n"
        "files that hold 'customer-7': 0\n"
    );
    for (auto const& file : std::filesystem::directory_iterator{directory.path()}) {
        CAPTURE(file.path());
        CHECK(reliability::read_file(file.path()).find("@example.com") == std::string::npos);
    }
}

TEST_CASE("books are closed and archived, and read models stay right", "[end_of_life]") {
    reliability::TempDirectory const directory;
    require_output(
        ANNALS_CLOSING_THE_BOOKS,
        directory.path(),
        "revenue:   generation 1 has 3 deliveries of 2100 cents\n"
        "in store:  version 4\n"
        "in store:  version 5\n"
        "loaded:    4 deliveries of 2200 cents\n"
        "in both:   version 1, Delivered\n"
        "in both:   version 2, Delivered\n"
        "in both:   version 3, Delivered\n"
        "in both:   version 4, BooksClosed\n"
        "in both:   version 5, Delivered\n"
        "revenue:   generation 1 has 4 deliveries of 2200 cents\n"
        "refused:   annals: projection 'revenue' would be built without the truncated events of 'StandingOrder/tea': "
        "run it over annals::WithArchive, or say `static constexpr bool accepts_truncated = true;`\n"
        "revenue:   generation 1 has 4 deliveries of 2200 cents\n"
        "revenue:   generation 3 has 4 deliveries of 2200 cents\n"
        "refused:   annals: stream 'StandingOrder/tea' has a tombstone: nothing is appended to it any more\n"
    );
}
