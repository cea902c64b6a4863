// Texts by value, numbered in the order in which they came.
#pragma once

#include <cstdint>
#include <cstring>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace mote::engine {

// Copies each different text once. Not thread-safe.
class TextTable {
 public:
  // The number of `text`, which may be a new one: then it is size() − 1.
  size_t Find(std::string_view text) {
    if (texts_.size() * 2 >= slots_.size()) Grow();
    const uint64_t hash = Hash(text);
    for (size_t at = hash & (slots_.size() - 1);; at = (at + 1) & (slots_.size() - 1)) {
      if (slots_[at] == 0) {
        texts_.emplace_back(text);
        slots_[at] = static_cast<uint32_t>(texts_.size());
        return texts_.size() - 1;
      }
      if (texts_[slots_[at] - 1] == text) return slots_[at] - 1;
    }
  }

  // The number of `text`; size(): it did not come yet.
  size_t Known(std::string_view text) const {
    if (slots_.empty()) return texts_.size();
    size_t at = Hash(text) & (slots_.size() - 1);
    while (slots_[at] != 0 && texts_[slots_[at] - 1] != text) at = (at + 1) & (slots_.size() - 1);
    return slots_[at] == 0 ? texts_.size() : slots_[at] - 1;
  }

  size_t size() const { return texts_.size(); }
  const std::string& operator[](size_t number) const { return texts_[number]; }
  void clear() {
    texts_.clear();
    slots_.clear();
  }

 private:
  static uint64_t Load(const char* at, size_t size) {
    uint64_t word = 0;
    std::memcpy(&word, at, size);
    return word;
  }

  // Of the size, and eight bytes at a time.
  static uint64_t Hash(std::string_view text) {
    uint64_t hash = text.size() * 0x9e3779b97f4a7c15;
    const char* at = text.data();
    size_t left = text.size();
    for (; left > 8; left -= 8, at += 8) hash = Mix(hash ^ Load(at, 8));
    return Mix(hash ^ Load(at, left));
  }
  static uint64_t Mix(uint64_t hash) {
    hash *= 0xbf58476d1ce4e5b9;
    return hash ^ hash >> 32;
  }

  void Grow() {
    slots_.assign(slots_.empty() ? 64 : slots_.size() * 4, 0);
    for (size_t i = 0; i < texts_.size(); ++i) {
      size_t at = Hash(texts_[i]) & (slots_.size() - 1);
      while (slots_[at] != 0) at = (at + 1) & (slots_.size() - 1);
      slots_[at] = static_cast<uint32_t>(i + 1);
    }
  }

  std::deque<std::string> texts_;  // views into one stay valid
  std::vector<uint32_t> slots_;    // number + 1; 0: empty
};

}  // namespace mote::engine
