#include "client/jobfile/place.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/suggest.h"

namespace mote::client {

void Problems::Add(Place place, std::string message) {
  Problem problem{place, std::move(message)};
  // An alias or a parameter that is used twice is wrong once.
  if (std::find(list_.begin(), list_.end(), problem) == list_.end()) list_.push_back(std::move(problem));
}

absl::Status Problems::ToStatus() const {
  if (list_.empty()) return absl::OkStatus();
  std::vector<Problem> ordered = list_;
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const Problem& a, const Problem& b) { return a.place < b.place; });
  std::vector<std::string> lines;
  for (const Problem& problem : ordered) {
    if (lines.size() == kShownMax) {
      lines.push_back(absl::StrCat(file_, ": and ", ordered.size() - kShownMax, " more mistakes"));
      break;
    }
    const std::string where =
        problem.place.line > 0 ? absl::StrCat(":", problem.place.line, ":", problem.place.column) : "";
    lines.push_back(absl::StrCat(file_, where, ": ", problem.message));
  }
  return absl::InvalidArgumentError(absl::StrJoin(lines, "\n"));
}

std::string Suggestion(std::string_view given, const std::vector<std::string>& known) {
  std::string text = DidYouMean(given, known);
  std::replace(text.begin(), text.end(), '"', '\'');
  return text;
}

}  // namespace mote::client
