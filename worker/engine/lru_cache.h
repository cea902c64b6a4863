// A few large things kept between passes: opened datasets, loaded models.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace mote::engine {

// Keyed by text (a digest); the least recently used falls out, and lives on with
// whoever still holds it. Not thread-safe: kernels run on one thread.
template <class T>
class LruCache {
 public:
  explicit LruCache(size_t capacity) : capacity_(capacity) {}

  // nullptr: not there.
  std::shared_ptr<T> Find(std::string_view key) {
    for (auto it = entries_.begin(); it != entries_.end(); ++it) {
      if (it->first != key) continue;
      entries_.splice(entries_.begin(), entries_, it);
      return entries_.front().second;
    }
    return nullptr;
  }

  std::shared_ptr<T> Insert(std::string key, std::shared_ptr<T> value) {
    if (entries_.size() >= capacity_) entries_.pop_back();
    entries_.emplace_front(std::move(key), std::move(value));
    return entries_.front().second;
  }

 private:
  const size_t capacity_;
  std::list<std::pair<std::string, std::shared_ptr<T>>> entries_;  // most recently used first
};

}  // namespace mote::engine
