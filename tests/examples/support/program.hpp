// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_EXAMPLES_SUPPORT_PROGRAM_HPP
#define ANNALS_TESTS_EXAMPLES_SUPPORT_PROGRAM_HPP

#include <cstdio>
#include <memory>
#include <signal.h>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace examples {

/// What a program has left behind.
struct Outcome {
    int status = -1; ///< its exit status; -1 if it did not come to one
    bool was_killed = false;
    std::string out;
    std::string err;
    long peak_kibibytes = 0; ///< the most memory that it ever had
};

/// A program that runs beside the test. Killed at the end of the scope if it still runs then.
class Program {
public:
    /// @param command  the program's path and its arguments
    /// @param err      where its complaints go, if not into the outcome
    explicit Program(std::vector<std::string> command, int err = -1) : out_{new_file()}, err_{new_file()} {
        std::vector<char*> words;
        for (std::string& word : command) {
            words.push_back(word.data());
        }
        words.push_back(nullptr);
        id_ = ::fork();
        if (id_ < 0) {
            throw std::runtime_error{"cannot fork"};
        }
        if (id_ == 0) {
            ::dup2(::fileno(out_.get()), STDOUT_FILENO);
            ::dup2(err >= 0 ? err : ::fileno(err_.get()), STDERR_FILENO);
            ::execv(words[0], words.data());
            ::_exit(127);
        }
    }
    Program(Program const&) = delete;
    Program& operator=(Program const&) = delete;
    ~Program() {
        if (id_ > 0) {
            kill();
            ::waitpid(id_, nullptr, 0);
        }
    }

    /// kill -9: it gets no chance to do anything.
    void kill() const { ::kill(id_, SIGKILL); }

    [[nodiscard]] Outcome wait() {
        int status = 0;
        ::rusage usage{};
        ::wait4(std::exchange(id_, 0), &status, 0, &usage);
        return Outcome{
            WIFEXITED(status) ? WEXITSTATUS(status) : -1,
            WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL,
            text_of(out_.get()),
            text_of(err_.get()),
            usage.ru_maxrss
        };
    }

private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    using File = std::unique_ptr<std::FILE, Close>;

    static File new_file() {
        File file{std::tmpfile()};
        if (!file) {
            throw std::runtime_error{"cannot make a temporary file"};
        }
        return file;
    }
    static std::string text_of(std::FILE* file) {
        std::string text;
        std::rewind(file);
        for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file)) {
            text += static_cast<char>(c);
        }
        return text;
    }

    File out_;
    File err_;
    ::pid_t id_ = 0;
};

} // namespace examples

#endif // ANNALS_TESTS_EXAMPLES_SUPPORT_PROGRAM_HPP
