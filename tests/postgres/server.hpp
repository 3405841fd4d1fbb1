// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_POSTGRES_SERVER_HPP
#define ANNALS_TESTS_POSTGRES_SERVER_HPP

#include <annals/event_id.hpp>

#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <libpq-fe.h>
#include <memory>
#include <stdexcept>
#include <string>
#include <sys/types.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace annals_tests {

/// The temporary folder of this test run's servers, which tests/postgres/fixture.sh made.
[[nodiscard]] inline std::filesystem::path servers_folder() {
    char const* const file = std::getenv("ANNALS_TEST_SERVERS");
    std::string folder;
    if (file == nullptr || !std::getline(std::ifstream{file} >> std::ws, folder)) {
        throw std::runtime_error{
            "no PostgreSQL server for this test: run it through ctest, or run tests/postgres/fixture.sh start FILE and "
            "set ANNALS_TEST_SERVERS=FILE"
        };
    }
    return folder;
}

[[nodiscard]] inline std::string conninfo_in(std::filesystem::path const& folder, char const* file = "conninfo") {
    std::string conninfo;
    std::getline(std::ifstream{folder / file}, conninfo);
    return conninfo;
}

/// What connects to the server that all tests share.
[[nodiscard]] inline std::string shared_conninfo() { return conninfo_in(servers_folder() / "shared"); }

/// What connects to it through a transaction pooler.
[[nodiscard]] inline std::string pooled_conninfo() {
    return conninfo_in(servers_folder() / "shared", "pooled_conninfo");
}

/// A schema name that no other test uses.
[[nodiscard]] inline std::string unique_schema() {
    std::string name = "t";
    for (char const c : annals::to_text(annals::new_event_id())) {
        if (c != '-') {
            name += c;
        }
    }
    return name;
}

/// A connection beside the library's, to look at and to disturb what it does.
class Session {
public:
    explicit Session(std::string const& conninfo) : connection_{PQconnectdb(conninfo.c_str()), &PQfinish} {
        if (PQstatus(connection_.get()) != CONNECTION_OK) {
            throw std::runtime_error{PQerrorMessage(connection_.get())};
        }
        PQsetNoticeProcessor(connection_.get(), [](void*, char const*) {}, nullptr);
    }

    /// Runs one or several statements. @returns the first column of the last one's first row; empty if there is none
    std::string run(std::string const& sql) {
        std::unique_ptr<PGresult, decltype(&PQclear)> const result{PQexec(connection_.get(), sql.c_str()), &PQclear};
        auto const status = PQresultStatus(result.get());
        if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
            throw std::runtime_error{sql + ": " + PQerrorMessage(connection_.get())};
        }
        return status == PGRES_TUPLES_OK && PQntuples(result.get()) > 0 ? PQgetvalue(result.get(), 0, 0) : "";
    }

    [[nodiscard]] PGconn* handle() const noexcept { return connection_.get(); }

private:
    std::unique_ptr<PGconn, decltype(&PQfinish)> connection_;
};

/// A server of this test alone, running, which it may stop, kill and freeze. Goes with the object.
class Server {
public:
    /// @param settings  lines of postgresql.conf
    explicit Server(std::initializer_list<std::string> settings = {}) {
        std::string arguments;
        for (std::string const& setting : settings) {
            arguments += ' ' + quoted(setting);
        }
        script("make", arguments);
        start();
    }
    /// A standby of another server, which streams what that one writes, under the name `standby`.
    struct StandbyOf {
        Server const& primary;
    };
    explicit Server(StandbyOf of) {
        script("clone", ' ' + quoted(of.primary.folder_.string()));
        start();
    }
    Server(Server const&) = delete;
    Server& operator=(Server const&) = delete;
    ~Server() { std::system(command("remove", "").c_str()); }

    [[nodiscard]] std::string conninfo() const { return conninfo_in(folder_); }
    [[nodiscard]] std::filesystem::path const& folder() const noexcept { return folder_; }
    void start() { script("start", ""); }
    void stop(std::string const& mode = "fast") { script("stop", ' ' + mode); }
    /// Makes a standby a server of its own.
    void promote() { run("pg_ctl promote --pgdata=data --wait --timeout=60 --silent"); }
    /// Runs one of the server's programs as its user, in its folder.
    void run(std::string const& program_and_arguments) { script("run", ' ' + program_and_arguments); }

    /// Kills the server and all its sessions at once, as if the machine's power had failed but not its disk's.
    void kill_hard() {
        signal_all(SIGSTOP); // so that nobody sees another one die
        std::vector<::pid_t> const processes = all_processes();
        signal_all(SIGKILL);
        for (::pid_t const process : processes) {
            while (is_running(process)) {
                ::usleep(1'000);
            }
        }
        // A dead process keeps its number until its parent has taken note, and the next server would take it for alive.
        std::filesystem::remove(folder_ / "data" / "postmaster.pid");
    }
    /// Stops all its processes: they hold their connections and answer nothing.
    void freeze() { signal_all(SIGSTOP); }
    void thaw() { signal_all(SIGCONT); }

    [[nodiscard]] ::pid_t pid() const {
        ::pid_t process = 0;
        std::ifstream{folder_ / "data" / "postmaster.pid"} >> process;
        return process;
    }

private:
    [[nodiscard]] static std::string quoted(std::string const& text) { return '\'' + text + '\''; }

    [[nodiscard]] std::string command(std::string const& what, std::string const& arguments) const {
        return "bash " + quoted(ANNALS_TEST_SERVER_SCRIPT) + ' ' + what + ' ' + quoted(folder_.string()) + arguments;
    }
    void script(std::string const& what, std::string const& arguments) const {
        if (std::system(command(what, arguments).c_str()) != 0) {
            throw std::runtime_error{"server.sh " + what + arguments + " failed"};
        }
    }

    [[nodiscard]] std::vector<::pid_t> all_processes() const {
        ::pid_t const server = pid();
        std::vector<::pid_t> processes{server};
        std::string const number = std::to_string(server);
        std::ifstream children{"/proc/" + number + "/task/" + number + "/children"};
        for (::pid_t child = 0; children >> child;) {
            processes.push_back(child);
        }
        return processes;
    }

    /// Whether it is more than a number that nobody has taken note of yet.
    [[nodiscard]] static bool is_running(::pid_t process) {
        std::string state;
        std::getline(std::ifstream{"/proc/" + std::to_string(process) + "/stat"}, state);
        std::size_t const name_end = state.rfind(')');
        return name_end != std::string::npos && state.compare(name_end, 3, ") Z") != 0;
    }

    void signal_all(int number) const {
        std::string const process = std::to_string(pid());
        std::string const kill = "kill -" + std::to_string(number) + ' ';
        static_cast<void>(std::system((kill + process + " $(pgrep -P " + process + ") 2>/dev/null").c_str()));
    }

    std::filesystem::path folder_ = servers_folder() / unique_schema();
};

} // namespace annals_tests

#endif // ANNALS_TESTS_POSTGRES_SERVER_HPP
