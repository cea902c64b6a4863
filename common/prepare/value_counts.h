// How often each value of a column occurs: exact while that is small.
//
// A ladder of rungs, climbed only upwards:
//   texts    every distinct text with its count, up to kTextsMax of them
//   numbers  every distinct number, up to kNumbersMax (all texts are numbers)
//   sketch   numbers in buckets of equal relative width (as in DDSketch, Masson et
//            al. 2019, but the bucket is the exponent and the leading bits of the
//            significand, so it takes no logarithm and has the same bits on every
//            machine). Relative error 2^-10; numbers that lie too close together for
//            that, as times of one month do, keep as many bits as kNumbersMax buckets
//            allow. Where there is no room for them, buckets are made wider
//   none     too many distinct texts, or no room
//
// Numbers and sketch are one rung in the code: a number's key is its bits without
// the lowest `shift`, in the order of the numbers. Which shift that is depends on the
// values alone, never on the order in which they came or were merged.
//
// A plain value. Entries are sorted: by bytes, or by key.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/bytes.h"

namespace mote {

inline constexpr size_t kTextsMax = 1000;
inline constexpr size_t kNumbersMax = 8192;
inline constexpr int kSketchShift = 43;      // keeps 9 bits of the significand
inline constexpr int kSketchShiftMax = 49;   // relative error 2^-4: below that, none
inline constexpr size_t kSketchLeast = 256;  // fewer buckets than this of kSketchShift: finer ones
inline constexpr size_t kBucketsLeast = 32;  // fewer tell nothing of how numbers are spread: none

enum class Rung : uint8_t { kTexts = 0, kNumbers = 1, kNone = 2 };

// Key of a finite number; larger numbers have larger keys or the same.
int64_t NumberKey(double value, int shift);
// The number in the middle of a key's bucket; exact for shift 0.
double KeyNumber(int64_t key, int shift);

// Sorted keys of numbers, each with its count.
using NumberEntries = std::vector<std::pair<int64_t, int64_t>>;

// The shift that entries of `shift`, at most kSketchShift, are to have.
int FittingShift(const NumberEntries& entries, int shift);

struct ValueCounts {
  Rung rung = Rung::kTexts;
  int shift = 0;                                            // kNumbers
  std::vector<std::pair<std::string_view, int64_t>> texts;  // views into what was decoded or added
  NumberEntries numbers;

  bool operator==(const ValueCounts&) const = default;
  // True when every value is known.
  bool exact() const { return rung == Rung::kTexts || (rung == Rung::kNumbers && shift == 0); }

  void Merge(const ValueCounts& other);
  // Climbs as far as the limits of each rung demand.
  void Fit();
  // Texts become numbers; a text that is none: the rung none.
  void ToNumbers();
  // Widens the buckets; no-op when they are at least as wide.
  void Coarsen(int new_shift);
  // One step up, to need fewer bytes: texts → half as many numbers → … → none.
  void Degrade();

  void Encode(std::string* out) const;
  // Views point into the reader's bytes.
  // InvalidArgument: unsorted entries, counts below 1, a rung that does not exist.
  static absl::StatusOr<ValueCounts> Decode(ByteReader& reader);

 private:
  void Clear();
  absl::Status DecodeTexts(ByteReader& reader, int64_t entries);
  absl::Status DecodeNumbers(ByteReader& reader, int64_t entries);
};

}  // namespace mote
