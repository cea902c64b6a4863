// A few large things kept between passes: opened datasets, loaded models.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace mote::engine {

// Keyed by text (a digest); what was used least recently falls out where the sum of
// weights exceeds the capacity, never the newest, and lives on with whoever still holds
// it. Not thread-safe: kernels run on one thread.
template <class T>
class LruCache {
 public:
  // By default everything weighs 1: `capacity` things.
  explicit LruCache(size_t capacity) : capacity_(capacity) {}

  // nullptr: not there.
  std::shared_ptr<T> Find(std::string_view key) {
    for (auto it = entries_.begin(); it != entries_.end(); ++it) {
      if (it->key != key) continue;
      entries_.splice(entries_.begin(), entries_, it);
      return entries_.front().value;
    }
    return nullptr;
  }

  std::shared_ptr<T> Insert(std::string key, std::shared_ptr<T> value, size_t weight = 1) {
    weight_ += weight;
    entries_.push_front({std::move(key), std::move(value), weight});
    while (weight_ > capacity_ && entries_.size() > 1) {
      weight_ -= entries_.back().weight;
      entries_.pop_back();
    }
    return entries_.front().value;
  }

 private:
  struct Entry {
    std::string key;
    std::shared_ptr<T> value;
    size_t weight;
  };

  const size_t capacity_;
  size_t weight_ = 0;
  std::list<Entry> entries_;  // most recently used first
};

}  // namespace mote::engine
