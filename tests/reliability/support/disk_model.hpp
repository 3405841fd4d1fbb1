// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_RELIABILITY_SUPPORT_DISK_MODEL_HPP
#define ANNALS_TESTS_RELIABILITY_SUPPORT_DISK_MODEL_HPP

#include <tests/reliability/support/vfs_shim.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace reliability {

/// What was done to a disk, in order.
struct DiskEvent {
    enum class Kind : std::uint8_t { create, write, truncate, sync, remove, mark };

    Kind kind;
    std::string path;
    std::int64_t number = 0; ///< as in `FileCall`; of a mark, what it was given
    std::string bytes;
};

/// Writes down all that SQLite does to its files.
class DiskRecorder : public VfsShim {
public:
    /// Notes a moment: all that was promised up to now is `number`.
    void mark(std::int64_t number) { events_.push_back({DiskEvent::Kind::mark, {}, number, {}}); }

    [[nodiscard]] std::vector<DiskEvent> take() { return std::exchange(events_, {}); }

private:
    int asked(FileCall const& call) override {
        using Kind = DiskEvent::Kind;
        auto const note = [&](Kind kind) {
            events_.push_back({kind, std::string{call.path}, call.offset, std::string{call.bytes}});
        };
        switch (call.operation) {
        case FileOperation::open:
            note(Kind::create);
            break;
        case FileOperation::write:
            note(Kind::write);
            break;
        case FileOperation::truncate:
            note(Kind::truncate);
            break;
        case FileOperation::sync:
            note(Kind::sync);
            break;
        case FileOperation::remove:
            note(Kind::remove);
            break;
        default:
            break;
        }
        return SQLITE_OK;
    }

    std::vector<DiskEvent> events_;
};

/// What a power cut may leave of a disk.
///
/// What was synced is there. Of what was written since, any part may be: each write, and of a torn
/// one each sector. A file is surely there, or surely gone, only after its directory was synced,
/// which SQLite does with the first sync of a new journal or write-ahead log.
class DiskModel {
public:
    void apply(DiskEvent const& event) {
        using Kind = DiskEvent::Kind;
        switch (event.kind) {
        case Kind::create:
            files_.try_emplace(event.path);
            break;
        case Kind::write:
        case Kind::truncate:
            files_[event.path].pending.push_back(&event);
            break;
        case Kind::sync:
            sync(event.path);
            break;
        case Kind::remove:
            remove(event.path, event.number != 0);
            break;
        case Kind::mark:
            break;
        }
    }

    /// One of the many possible contents of the disk, by file.
    template <class Dice>
    [[nodiscard]] std::map<std::string, std::string> after_power_cut(Dice& dice) const {
        std::map<std::string, std::string> image;
        for (auto const& [path, bytes] : removed_) {
            if (dice() % 2 == 0) {
                image[path] = bytes;
            }
        }
        for (auto const& [path, file] : files_) {
            if (file.is_linked || dice() % 2 == 0) {
                std::string& bytes = image[path] = file.durable;
                for (DiskEvent const* event : file.pending) {
                    apply_part_of(*event, bytes, dice);
                }
            }
        }
        return image;
    }

private:
    static constexpr std::size_t sector = 512;

    struct File {
        std::string durable;
        std::vector<DiskEvent const*> pending;
        bool is_linked = false; ///< its name in the directory is durable
    };

    static void put(DiskEvent const& write, std::size_t from, std::size_t size, std::string& bytes) {
        std::size_t const at = static_cast<std::size_t>(write.number) + from;
        if (bytes.size() < at + size) {
            bytes.resize(at + size);
        }
        bytes.replace(at, size, write.bytes, from, size);
    }

    static void apply_whole(DiskEvent const& event, std::string& bytes) {
        if (event.kind == DiskEvent::Kind::truncate) {
            bytes.resize(static_cast<std::size_t>(event.number));
        } else {
            put(event, 0, event.bytes.size(), bytes);
        }
    }

    template <class Dice>
    static void apply_part_of(DiskEvent const& event, std::string& bytes, Dice& dice) {
        switch (dice() % 3) {
        case 0:
            apply_whole(event, bytes);
            break;
        case 1:
            if (event.kind == DiskEvent::Kind::write) {
                for (std::size_t at = 0; at < event.bytes.size(); at += sector) {
                    if (dice() % 2 == 0) {
                        std::size_t const left = event.bytes.size() - at;
                        put(event, at, left < sector ? left : sector, bytes);
                    }
                }
            }
            break;
        default:
            break; // lost
        }
    }

    void sync(std::string const& path) {
        File& file = files_[path];
        for (DiskEvent const* event : file.pending) {
            apply_whole(*event, file.durable);
        }
        file.pending.clear();
        bool const is_log = path.ends_with("-wal") || path.ends_with("-journal");
        if (is_log && !file.is_linked) {
            sync_directory();
        }
    }

    void remove(std::string const& path, bool is_synced) {
        auto const found = files_.find(path);
        if (found != files_.end()) {
            removed_[path] = found->second.durable;
            files_.erase(found);
        }
        if (is_synced) {
            sync_directory();
        }
    }

    void sync_directory() {
        removed_.clear();
        for (auto& [path, file] : files_) {
            file.is_linked = true;
        }
    }

    std::map<std::string, File> files_;
    std::map<std::string, std::string> removed_; ///< may yet come back
};

} // namespace reliability

#endif // ANNALS_TESTS_RELIABILITY_SUPPORT_DISK_MODEL_HPP
