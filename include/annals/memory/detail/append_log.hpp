// SPDX-License-Identifier: MIT

#ifndef ANNALS_MEMORY_DETAIL_APPEND_LOG_HPP
#define ANNALS_MEMORY_DETAIL_APPEND_LOG_HPP

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace annals::detail {

/// A growing sequence whose elements never move.
///
/// One thread at a time appends, under the owner's lock. A reader that has learnt `size()` under that lock may read
/// those elements without it, while others append: they touch neither these elements nor the links to them.
template <class T>
class AppendLog {
    struct Chunk {
        explicit Chunk(std::size_t capacity) { items.reserve(capacity); }

        std::vector<T> items; // never beyond its reserved capacity, so `data()` stays
        std::unique_ptr<Chunk> next;
    };

public:
    /// Walks over the first `end` elements, starting with number `begin`.
    class Reader {
    public:
        Reader(AppendLog const& log, std::size_t begin, std::size_t end) : chunk_{&log.first_} {
            while (begin < end && begin >= chunk_->items.capacity()) {
                begin -= chunk_->items.capacity();
                end -= chunk_->items.capacity();
                chunk_ = chunk_->next.get();
            }
            at_ = begin;
            end_ = end;
        }

        /// The next element, or null behind the last.
        [[nodiscard]] T const* next() {
            if (at_ >= end_) {
                return nullptr;
            }
            if (at_ == chunk_->items.capacity()) {
                end_ -= at_;
                at_ = 0;
                chunk_ = chunk_->next.get();
            }
            return chunk_->items.data() + at_++;
        }

    private:
        Chunk const* chunk_;
        std::size_t at_ = 0;
        std::size_t end_ = 0;
    };

    AppendLog() = default;
    AppendLog(AppendLog const&) = delete;
    AppendLog& operator=(AppendLog const&) = delete;
    ~AppendLog() {
        // One by one: each chunk destroying the next would take as many stack frames as there are chunks.
        while (first_.next) {
            first_.next = std::move(first_.next->next);
        }
    }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    /// Makes room, so that the next `count` calls of `push_back` cannot fail.
    void reserve(std::size_t count) {
        Chunk* tail = last_;
        for (std::size_t room = tail->items.capacity() - tail->items.size(); room < count;) {
            if (!tail->next) {
                std::size_t const doubled = tail->items.capacity() * 2;
                tail->next = std::make_unique<Chunk>(doubled < max_chunk ? doubled : max_chunk);
            }
            tail = tail->next.get();
            room += tail->items.capacity();
        }
    }

    /// @pre  room was reserved
    T const* push_back(T&& value) noexcept {
        if (last_->items.size() == last_->items.capacity()) {
            last_ = last_->next.get();
        }
        last_->items.push_back(std::move(value));
        ++size_;
        return &last_->items.back();
    }

private:
    static constexpr std::size_t first_chunk = 4;
    static constexpr std::size_t max_chunk = 4096;

    Chunk first_{first_chunk};
    Chunk* last_ = &first_;
    std::size_t size_ = 0;
};

} // namespace annals::detail

#endif // ANNALS_MEMORY_DETAIL_APPEND_LOG_HPP
