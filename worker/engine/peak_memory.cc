#include "worker/engine/peak_memory.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"

namespace mote::engine {

// As proc(5) says: 5 sets the mark back to what is resident now.
PeakMemory::PeakMemory()
    : clear_(open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC)),
      status_(open("/proc/self/status", O_RDONLY | O_CLOEXEC)) {}

PeakMemory::~PeakMemory() {
  if (clear_ >= 0) close(clear_);
  if (status_ >= 0) close(status_);
}

void PeakMemory::Reset() {
  if (clear_ >= 0 && pwrite(clear_, "5", 1, 0) == 1) return;
  if (clear_ >= 0) close(clear_);
  clear_ = -1;
}

int64_t PeakMemory::Read() const {
  constexpr std::string_view kField = "VmHWM:";
  std::array<char, 4096> buffer;
  const ssize_t size = status_ < 0 ? -1 : pread(status_, buffer.data(), buffer.size(), 0);
  if (size <= 0) return 0;
  std::string_view text(buffer.data(), static_cast<size_t>(size));
  const size_t field = text.find(kField);
  if (field == std::string_view::npos) return 0;
  text.remove_prefix(field + kField.size());
  int64_t kibibytes = 0;
  const std::string_view number = text.substr(0, text.find("kB"));
  return absl::SimpleAtoi(absl::StripAsciiWhitespace({number.data(), number.size()}), &kibibytes) ? kibibytes << 10 : 0;
}

}  // namespace mote::engine
