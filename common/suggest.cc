#include "common/suggest.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace mote {
namespace {

// Longer names are not compared: the work grows with the square of their length.
constexpr size_t kNameBytesMax = 100;

// Optimal string alignment distance.
size_t EditDistance(const std::string& a, const std::string& b) {
  std::vector<size_t> two_ago, last(b.size() + 1), current(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substitution = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      current[j] = std::min({last[j] + 1, current[j - 1] + 1, substitution});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        current[j] = std::min(current[j], two_ago[j - 2] + 1);
      }
    }
    two_ago = last;
    std::swap(last, current);
  }
  return last[b.size()];
}

std::string Lower(std::string_view text) { return absl::AsciiStrToLower(std::string(text)); }

}  // namespace

std::string DidYouMean(std::string_view given, const std::vector<std::string>& known) {
  if (given.empty() || given.size() > kNameBytesMax) return "";
  const std::string wanted = Lower(given);
  size_t nearest = std::max<size_t>(1, (given.size() + 1) / 3) + 1;
  const std::string* best = nullptr;
  for (const std::string& name : known) {
    if (name.size() > kNameBytesMax) continue;
    const size_t distance = EditDistance(wanted, Lower(name));
    // A name that shares no letter is not near, however short both are.
    if (distance < nearest && distance < std::max(given.size(), name.size())) {
      nearest = distance;
      best = &name;
    }
  }
  return best == nullptr ? "" : absl::StrCat("; did you mean \"", *best, "\"?");
}

}  // namespace mote
