// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_PEERS_EMMETT_HPP
#define ANNALS_TESTS_BENCHMARK_PEERS_EMMETT_HPP

#include <tests/benchmark/measurement.hpp>
#include <tests/benchmark/postgres/client.hpp>

#include <nlohmann/json.hpp>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <spawn.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace annals_benchmark {

/// Emmett, a library for Node.js: a program of its own, which is sent requests and answers them (emmett.mjs).
class Emmett {
public:
    /// @param folder  that install.sh has filled
    Emmett(std::string const& folder, Client const& database) {
        PGconn const* const at = database.handle();
        std::string const url =
            std::string{"postgresql://"} + PQuser(at) + '@' + PQhost(at) + ':' + PQport(at) + '/' + PQdb(at);
        std::string const program = folder + "/emmett.mjs";
        std::vector<char const*> const words{"node", program.c_str(), url.c_str(), nullptr};

        int ends[2];
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
            throw std::runtime_error{"socketpair failed"};
        }
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO);
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
        int const error =
            posix_spawnp(&process_, words[0], &actions, nullptr, const_cast<char* const*>(words.data()), environ);
        posix_spawn_file_actions_destroy(&actions);
        close(ends[1]);
        stream_ = fdopen(ends[0], "r+");
        if (error != 0) {
            std::fclose(stream_);
            throw std::runtime_error{"cannot run node"};
        }
    }
    ~Emmett() {
        std::fclose(stream_); // the end of its input
        waitpid(process_, nullptr, 0);
    }
    Emmett(Emmett const&) = delete;
    Emmett& operator=(Emmett const&) = delete;

    /// @throws std::runtime_error  if the program has ended; what was wrong, it has printed
    nlohmann::json ask(nlohmann::json const& request) {
        std::fputs((request.dump() + '\n').c_str(), stream_);
        std::fflush(stream_);
        char* line = nullptr;
        std::size_t size = 0;
        ssize_t const length = getline(&line, &size, stream_);
        std::unique_ptr<char, decltype(&std::free)> const text{line, &std::free};
        if (length < 0) {
            throw std::runtime_error{"Emmett's program has ended"};
        }
        return nlohmann::json::parse(line, line + length);
    }

    [[nodiscard]] Sample measure(nlohmann::json const& request) {
        nlohmann::json const answer = ask(request);
        return {answer.at("per_second"), answer.at("latencies"), answer.at("done")};
    }

private:
    pid_t process_ = 0;
    std::FILE* stream_ = nullptr;
};

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_PEERS_EMMETT_HPP
