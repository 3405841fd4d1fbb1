// SPDX-License-Identifier: MIT

#include <annals/annals.hpp>
#include <annals/postgres.hpp>
#include <tests/catch.hpp>
#include <tests/integration/postgres/support/test_schema.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/mount.h>
#include <sys/stat.h>
#include <vector>

namespace {

using namespace integration::postgres;

/// A disk of few megabytes, on which a server's database keeps its tables.
class SmallDisk {
public:
    explicit SmallDisk(Server const& server) : path_{(server.folder() / "small").string()} {
        std::filesystem::create_directory(path_);
        struct ::stat data{};
        ::stat((server.folder() / "data").c_str(), &data);
        std::string const options = "size=3m,mode=700,uid=" + std::to_string(data.st_uid);
        is_mounted_ = ::mount("tmpfs", path_.c_str(), "tmpfs", 0, options.c_str()) == 0;
    }
    SmallDisk(SmallDisk const&) = delete;
    SmallDisk& operator=(SmallDisk const&) = delete;
    ~SmallDisk() {
        if (is_mounted_) {
            ::umount2(path_.c_str(), MNT_DETACH);
        }
    }

    [[nodiscard]] bool is_mounted() const noexcept { return is_mounted_; }
    [[nodiscard]] std::string const& path() const noexcept { return path_; }

private:
    std::string path_;
    bool is_mounted_ = false;
};

/// Appends until the disk is full. @returns how many events were acknowledged
std::size_t fill(PostgresEventStore& store) {
    for (std::size_t acknowledged = 0; acknowledged < 10'000; ++acknowledged) {
        try {
            store.append(stream_of("a"), ExpectedVersion::any(), std::vector{event_with(std::string(1'500, 'x'))});
        } catch (annals::StoreError const& error) {
            CHECK(error.native_code() == "53100");
            CHECK(error.is_transient());
            return acknowledged;
        }
    }
    FAIL_CHECK("the disk is never full");
    return 0;
}

} // namespace

TEST_CASE("postgres: a full disk costs no event that was acknowledged", "[postgres][outcomes]") {
    Server const server;
    SmallDisk const disk{server};
    if (!disk.is_mounted()) {
        WARN("not tried: mounting a small disk takes a privilege that this user has not");
        return;
    }
    Session admin{server.conninfo()};
    admin.run("CREATE TABLESPACE small LOCATION '" + disk.path() + "'");
    admin.run("ALTER DATABASE postgres SET default_tablespace = small");
    PostgresEventStore store{server.conninfo()};
    std::string const ballast = disk.path() + "/ballast";
    std::ofstream{ballast} << std::string(std::size_t{1} << 20U, 'x');

    std::size_t acknowledged = fill(store);
    CHECK(acknowledged > 100);
    CHECK(log_of(store).size() == acknowledged);

    std::filesystem::remove(ballast);
    std::size_t const more = fill(store);
    CHECK(more > 100);
    acknowledged += more;
    CHECK(log_of(store).size() == acknowledged);
    CHECK(store.stream_version(stream_of("a")).value() == static_cast<std::int64_t>(acknowledged));
}
