#include "common/prepare/class_split.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "absl/strings/str_cat.h"

namespace mote {
namespace {

// Quotas that differ by rounding alone count as equal: so much, and so much of them.
constexpr double kSame = 1e-9;
constexpr double kRounding = 1e-13;

uint64_t SeedOf(uint64_t seed, std::string_view text) {
  return static_cast<uint64_t>(HashBucket(absl::StrCat(seed, ":", std::string(text)), int64_t{1} << 53));
}

}  // namespace

std::vector<int64_t> ShareEnds(const std::vector<SplitFraction>& splits, int64_t rows) {
  double rest = 1;
  std::vector<double> fractions;
  for (const SplitFraction& part : splits) {
    fractions.push_back(part.fraction);
    rest -= part.fraction;
  }
  fractions.push_back(std::max(0.0, rest));
  std::vector<int64_t> shares;
  std::vector<double> remainders;
  for (const double fraction : fractions) {
    const double quota = fraction * static_cast<double>(rows);
    const double whole = std::floor(quota + kSame + quota * kRounding);
    shares.push_back(static_cast<int64_t>(whole));
    remainders.push_back(std::max(0.0, quota - whole));
  }
  std::vector<size_t> order(shares.size());
  std::iota(order.begin(), order.end(), size_t{0});
  // Rounded before they are compared: a tolerance would order nothing consistently.
  const auto rank = [&](size_t i) { return std::llround(remainders[i] / kSame); };
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return rank(a) > rank(b); });
  int64_t left = rows - std::accumulate(shares.begin(), shares.end(), int64_t{0});
  for (size_t i = 0; left > 0; i = (i + 1) % order.size(), --left) ++shares[order[i]];
  std::vector<int64_t> ends;
  int64_t end = 0;
  for (size_t i = 0; i + 1 < shares.size(); ++i) ends.push_back(end = std::min(rows, end + shares[i]));
  return ends;
}

ClassSplit::ClassSplit(const PrepareOptions& options, std::string_view text, int64_t rows)
    : ends_(ShareEnds(options.splits, rows)), permutation_(rows, SeedOf(options.seed, text)) {}

}  // namespace mote
