#include "tests/sim/check_failure.h"

#include "absl/strings/str_cat.h"
#include "common/check.h"

namespace mote {
namespace {

struct CheckFailure {
  std::string text;
};

}  // namespace

// Takes the place of common/check.cc, which the linker then does not need.
void CheckFailed(const char* file, int line, const char* condition, const char* message) {
  throw CheckFailure{absl::StrCat(file, ":", line, ": ", message, " (", condition, ")")};
}

namespace sim {

std::optional<std::string> FailedCheckOf(const std::function<void()>& body) {
  try {
    body();
  } catch (const CheckFailure& failure) {
    return failure.text;
  }
  return std::nullopt;
}

}  // namespace sim
}  // namespace mote
