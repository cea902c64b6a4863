#include "coordinator/core/story.h"

#include <utility>

namespace mote::coordinator {

void Story::Add(FailedAttempt attempt) {
  constexpr size_t kDetailMax = 1 << 10;
  std::string& detail = attempt.failure.detail;
  if (detail.size() > kDetailMax) detail.erase(0, detail.size() - kDetailMax);
  ++failed_;
  attempts_.push_back(std::move(attempt));
  if (attempts_.size() > kStoryAttemptsMax) attempts_.erase(attempts_.begin());
}

void Story::Restore(const std::vector<FailedAttempt>& attempts, int64_t failed) {
  attempts_.insert(attempts_.end(), attempts.begin(), attempts.end());
  failed_ = failed;
}

}  // namespace mote::coordinator
