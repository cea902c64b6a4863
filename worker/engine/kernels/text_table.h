// Texts by value, numbered in the order in which they came.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "common/short_text.h"

namespace mote::engine {

// Copies each different text once; texts have less than 4 GiB. Not thread-safe.
class TextTable {
 public:
  // The number of `text`, which may be a new one: then it is size() − 1.
  size_t Add(std::string_view text) {
    if (texts_.size() * 4 >= slots_.size()) Grow();
    const uint64_t head = Head(text);
    Slot& slot = slots_[Place(text, head)];
    if (slot.end > 0) return slot.end - 1;
    texts_.push_back({bytes_.size(), text.size()});
    bytes_.append(text);
    slot = {head, static_cast<uint32_t>(text.size()), static_cast<uint32_t>(texts_.size())};
    return texts_.size() - 1;
  }

  // The number of `text`; size(): it is not there.
  size_t Find(std::string_view text) const {
    if (slots_.empty()) return 0;
    const Slot& slot = slots_[Place(text, Head(text))];
    return slot.end > 0 ? slot.end - 1 : texts_.size();
  }

  size_t size() const { return texts_.size(); }
  // Bytes that it takes.
  int64_t memory() const {
    return static_cast<int64_t>(bytes_.capacity() + texts_.capacity() * sizeof(Text) +
                                slots_.capacity() * sizeof(Slot));
  }
  // Valid until the next text is added.
  std::string_view operator[](size_t number) const {
    return std::string_view(bytes_).substr(texts_[number].begin, texts_[number].size);
  }
  void clear() {
    bytes_.clear();
    texts_.clear();
    slots_.clear();
  }

 private:
  struct Text {
    size_t begin = 0;
    size_t size = 0;
  };
  struct Slot {
    uint64_t head = 0;  // the text's first bytes: all of most texts
    uint32_t size = 0;
    uint32_t end = 0;  // number + 1; 0: empty
  };

  static uint64_t Head(std::string_view text) { return LoadUpTo8(text.data(), text.size() < 8 ? text.size() : 8); }

  static uint64_t Mix(uint64_t hash) {
    hash *= 0xbf58476d1ce4e5b9;
    return hash ^ hash >> 32;
  }

  // Of the size, and eight bytes at a time.
  static uint64_t Hash(std::string_view text, uint64_t head) {
    uint64_t hash = Mix(text.size() * 0x9e3779b97f4a7c15 ^ head);
    while (text.size() > 8) {
      text.remove_prefix(8);
      hash = Mix(hash ^ Head(text));
    }
    return hash;
  }

  // The slot of `text`, or the empty one where it belongs.
  size_t Place(std::string_view text, uint64_t head) const {
    const size_t mask = slots_.size() - 1;
    for (size_t at = Hash(text, head) & mask;; at = (at + 1) & mask) {
      const Slot& slot = slots_[at];
      if (slot.end == 0 || (slot.head == head && slot.size == text.size() && EndsAlike(text, slot))) return at;
    }
  }

  bool EndsAlike(std::string_view text, const Slot& slot) const {
    return text.size() <= 8 ||
           std::memcmp(text.data() + 8, bytes_.data() + texts_[slot.end - 1].begin + 8, text.size() - 8) == 0;
  }

  void Grow() {
    slots_.assign(slots_.empty() ? 64 : slots_.size() * 4, Slot());
    for (size_t i = 0; i < texts_.size(); ++i) {
      const std::string_view text = (*this)[i];
      const uint64_t head = Head(text);
      slots_[Place(text, head)] = {head, static_cast<uint32_t>(text.size()), static_cast<uint32_t>(i + 1)};
    }
  }

  std::string bytes_;  // of all texts, one after another
  std::vector<Text> texts_;
  std::vector<Slot> slots_;  // a power of two
};

}  // namespace mote::engine
