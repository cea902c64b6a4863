// Counts by integer key: an open-addressing table that grows, for keys without order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace mote::engine {

// Not thread-safe.
class NumberTable {
 public:
  void Add(int64_t key, int64_t count) {
    if (slots_.empty() || used_ * 2 > slots_.size()) Grow();
    Slot& slot = Find(key);
    used_ += slot.count == 0;
    slot.key = key;
    slot.count += count;
  }

  // Different keys.
  size_t size() const { return used_; }
  void clear() {
    slots_.clear();
    used_ = 0;
  }
  // In no particular order.
  std::vector<std::pair<int64_t, int64_t>> Entries() const {
    std::vector<std::pair<int64_t, int64_t>> entries;
    entries.reserve(used_);
    for (const Slot& slot : slots_) {
      if (slot.count > 0) entries.emplace_back(slot.key, slot.count);
    }
    return entries;
  }

 private:
  struct Slot {
    int64_t key = 0;
    int64_t count = 0;  // 0: empty
  };

  // The slot of `key`, or the empty one where it belongs (Fibonacci hashing: Knuth, The
  // Art of Computer Programming, volume 3, 6.4).
  Slot& Find(int64_t key) {
    size_t at = static_cast<size_t>(static_cast<uint64_t>(key) * 0x9e3779b97f4a7c15 >> shift_);
    while (slots_[at].count > 0 && slots_[at].key != key) at = (at + 1) & (slots_.size() - 1);
    return slots_[at];
  }

  void Grow() {
    std::vector<Slot> old(slots_.empty() ? 256 : slots_.size() * 4);
    shift_ = 64 - __builtin_ctzll(old.size());
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.count > 0) Find(slot.key) = slot;
    }
  }

  std::vector<Slot> slots_;  // a power of two
  int shift_ = 0;
  size_t used_ = 0;
};

}  // namespace mote::engine
