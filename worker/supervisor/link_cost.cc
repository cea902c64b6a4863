#include "worker/supervisor/link_cost.h"

#include <algorithm>

namespace mote::worker {
namespace {

// Of what was measured before, after each further measurement.
constexpr double kKept = 0.8;
// Time of a busy link is looked at so often, however many transfers overlap.
constexpr int64_t kWindowNs = 2'000'000'000;
constexpr int kProbeEvery = 32;
constexpr double kWorthwhile = 0.95;
// Until something was compressed: zstd's level 1 both ways, on a slow core.
constexpr double kCodecNsGuess = 6;

}  // namespace

void LinkCost::Begin(int64_t now_ns) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (active_++ == 0) busy_since_ns_ = now_ns;
}

void LinkCost::End(int64_t now_ns, int64_t wire_bytes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  busy_bytes_ += wire_bytes;
  if (--active_ == 0 || now_ns - busy_since_ns_ >= kWindowNs) Observe(now_ns);
}

void LinkCost::Observe(int64_t now_ns) {
  const auto bytes = static_cast<double>(busy_bytes_);
  const auto ns = static_cast<double>(std::max<int64_t>(0, now_ns - busy_since_ns_));
  products_ = kKept * products_ + bytes * ns;
  squares_ = kKept * squares_ + bytes * bytes;
  busy_bytes_ = 0;
  busy_since_ns_ = now_ns;
}

void LinkCost::ObserveEncoding(int64_t plain_bytes, int64_t wire_bytes, int64_t codec_ns) {
  const std::lock_guard<std::mutex> lock(mutex_);
  plain_ = kKept * plain_ + static_cast<double>(plain_bytes);
  encoded_ = kKept * encoded_ + static_cast<double>(wire_bytes);
  codec_ns_ = kKept * codec_ns_ + static_cast<double>(codec_ns);
}

bool LinkCost::Compresses() {
  if (loopback_) return false;
  const std::lock_guard<std::mutex> lock(mutex_);
  const double alpha = Alpha();
  if (plain_ == 0) return alpha > kCodecNsGuess;
  const double codec = codec_ns_ / plain_;
  if (alpha * (encoded_ / plain_) + codec < kWorthwhile * alpha) {
    plain_in_a_row_ = 0;
    return true;
  }
  // Bytes that compress to nothing would not be worth it either: no use to try.
  if (codec >= alpha || ++plain_in_a_row_ < kProbeEvery) return false;
  plain_in_a_row_ = 0;
  return true;
}

double LinkCost::alpha_ns() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return Alpha();
}

double LinkCost::ratio() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return plain_ > 0 ? encoded_ / plain_ : 1;
}

}  // namespace mote::worker
