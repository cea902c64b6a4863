// What a byte over one link costs, and whether compressing bytes costs less.
//
// Two figures, both measured by the transfers themselves and forgotten by half every few
// blobs: α_S, the seconds that a byte on the wire occupies the link (least squares through
// the origin, as in docs/cost.md), and what zstd made of the blobs that went this way: bytes
// left of a byte (ratio), and processor seconds a byte to compress and to decompress it
// (codec). A byte then costs
//
//   plain        α_S
//   compressed   α_S · ratio + codec
//
// and is compressed where that is less by a twentieth. On loopback it never is: there the
// link is the processor that would have to compress.
#pragma once

#include <cstdint>
#include <mutex>

namespace mote {

// Thread-safe.
class LinkCost {
 public:
  // `loopback`: both ends are on this machine.
  explicit LinkCost(bool loopback) : loopback_(loopback) {}

  // A transfer begins, or ends after `wire_bytes`. Of transfers at the same time each has
  // the whole link for its share of the time. `now_ns`: of a clock that only goes on.
  void Begin(int64_t now_ns);
  void End(int64_t now_ns, int64_t wire_bytes);

  // What encoding and decoding one blob took, and what it made of it (`wire_bytes` =
  // `plain_bytes`: it was not worth sending).
  void ObserveEncoding(int64_t plain_bytes, int64_t wire_bytes, int64_t codec_ns);

  // Whether the next blob is to be compressed. Where that has not paid of late, one in 32 is
  // compressed all the same, in case other bytes go this way now.
  bool Compresses();

  // Nanoseconds a byte; 0: nothing was measured yet.
  double alpha_ns() const;
  // Bytes left of a byte; 1 until measured.
  double ratio() const;

 private:
  // Requires mutex_.
  double Alpha() const { return squares_ > 0 ? products_ / squares_ : 0; }
  void Observe(int64_t now_ns);

  const bool loopback_;
  mutable std::mutex mutex_;
  int active_ = 0;
  int64_t busy_since_ns_ = 0;
  int64_t busy_bytes_ = 0;
  double products_ = 0, squares_ = 0;              // Σ bytes·ns, Σ bytes²
  double plain_ = 0, encoded_ = 0, codec_ns_ = 0;  // sums
  int plain_in_a_row_ = 0;
};

}  // namespace mote
