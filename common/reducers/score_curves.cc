#include "common/reducers/score_curves.h"

#include <algorithm>
#include <limits>

namespace mote {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kRatesApart = 0.01;
constexpr int kBins = 10;

// How many rows score at least `threshold`, of each class.
struct Above {
  int64_t positives = 0;
  int64_t negatives = 0;
};

// Calls visit(threshold, above) for +inf and then for each distinct score, falling.
template <class Visit>
void ForEachThreshold(const std::vector<double>& positives, const std::vector<double>& negatives, Visit visit) {
  auto positive = positives.rbegin(), negative = negatives.rbegin();
  visit(kInfinity, Above{});
  while (positive != positives.rend() || negative != negatives.rend()) {
    const double threshold = std::max(positive != positives.rend() ? *positive : -kInfinity,
                                      negative != negatives.rend() ? *negative : -kInfinity);
    while (positive != positives.rend() && *positive >= threshold) ++positive;
    while (negative != negatives.rend() && *negative >= threshold) ++negative;
    visit(threshold, Above{positive - positives.rbegin(), negative - negatives.rbegin()});
  }
}

int BinOf(double score) { return std::min(kBins - 1, static_cast<int>(score * kBins)); }

Decision DecisionOf(double threshold, const Above& above, int64_t positives, const ErrorCosts& costs) {
  Decision decision{threshold, above.negatives, positives - above.positives, 0};
  decision.cost = static_cast<double>(decision.false_positives) * costs.false_positive +
                  static_cast<double>(decision.false_negatives) * costs.false_negative;
  return decision;
}

int64_t CountAbove(const std::vector<double>& sorted, double threshold) {
  return sorted.end() - std::lower_bound(sorted.begin(), sorted.end(), threshold);
}

}  // namespace

std::vector<RocPoint> RocCurve(const std::vector<double>& positives, const std::vector<double>& negatives) {
  std::vector<RocPoint> points;
  ForEachThreshold(positives, negatives, [&](double threshold, const Above& above) {
    const RocPoint point{threshold, static_cast<double>(above.negatives) / static_cast<double>(negatives.size()),
                         static_cast<double>(above.positives) / static_cast<double>(positives.size())};
    const auto sum = [](const RocPoint& of) { return of.false_positive_rate + of.true_positive_rate; };
    // The end always stands: there both rates are 1.
    if (points.empty() || sum(point) == 2 || sum(point) - sum(points.back()) >= kRatesApart) points.push_back(point);
  });
  return points;
}

std::optional<Calibration> CalibrationOf(const std::vector<double>& positives, const std::vector<double>& negatives) {
  if (positives.empty() && negatives.empty()) return std::nullopt;
  Calibration calibration{std::vector<CalibrationBin>(kBins), 0};
  std::vector<int64_t> observed(kBins, 0);
  for (const bool positive : {false, true}) {
    for (const double score : positive ? positives : negatives) {
      if (!(score >= 0 && score <= 1)) return std::nullopt;
      CalibrationBin& bin = calibration.bins[static_cast<size_t>(BinOf(score))];
      ++bin.rows;
      bin.mean_score += score;
      observed[static_cast<size_t>(BinOf(score))] += positive ? 1 : 0;
      calibration.brier += positive ? (1 - score) * (1 - score) : score * score;
    }
  }
  for (size_t i = 0; i < kBins; ++i) {
    CalibrationBin& bin = calibration.bins[i];
    if (bin.rows == 0) continue;
    bin.mean_score /= static_cast<double>(bin.rows);
    bin.observed = static_cast<double>(observed[i]) / static_cast<double>(bin.rows);
  }
  calibration.brier /= static_cast<double>(positives.size() + negatives.size());
  return calibration;
}

Decision DecisionAt(double threshold, const std::vector<double>& positives, const std::vector<double>& negatives,
                    const ErrorCosts& costs) {
  const Above above{CountAbove(positives, threshold), CountAbove(negatives, threshold)};
  return DecisionOf(threshold, above, static_cast<int64_t>(positives.size()), costs);
}

Decision CheapestDecision(const std::vector<double>& positives, const std::vector<double>& negatives,
                          const ErrorCosts& costs) {
  std::optional<Decision> best;
  ForEachThreshold(positives, negatives, [&](double threshold, const Above& above) {
    const Decision decision = DecisionOf(threshold, above, static_cast<int64_t>(positives.size()), costs);
    if (!best || decision.cost < best->cost) best = decision;
  });
  return *best;
}

}  // namespace mote
