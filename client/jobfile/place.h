// Where in a job file something stands, and what is wrong there.
#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace mote::client {

// 1-based, as editors count; line 0: nowhere in the file (--set, the file itself).
struct Place {
  int line = 0;
  int column = 0;
  auto operator<=>(const Place&) const = default;
};

struct Problem {
  Place place;
  std::string message;  // what is wrong, with the value and the remedy
  auto operator<=>(const Problem&) const = default;
};

// Collects the mistakes of one job file, so that all are told at once.
//
// Not thread-safe.
class Problems {
 public:
  // At most so many are shown; the rest is counted.
  static constexpr size_t kShownMax = 50;

  explicit Problems(std::string file) : file_(std::move(file)) {}

  void Add(Place place, std::string message);
  bool empty() const { return list_.empty(); }
  const std::vector<Problem>& list() const { return list_; }
  const std::string& file() const { return file_; }

  // OK without problems, else InvalidArgument: "FILE:LINE:COLUMN: message", one a
  // line, in the order of the file.
  absl::Status ToStatus() const;

 private:
  std::string file_;
  std::vector<Problem> list_;
};

// "; did you mean 'optimizer'?" or "".
std::string Suggestion(std::string_view given, const std::vector<std::string>& known);

// absl takes its own string_view.
inline std::string Str(std::string_view text) { return std::string(text); }

}  // namespace mote::client
