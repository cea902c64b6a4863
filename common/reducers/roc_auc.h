// The area under the ROC curve, exactly.
#pragma once

#include <optional>
#include <vector>

namespace mote {

// The probability that a positive scores higher than a negative, equal scores
// counting half: the Mann–Whitney U over the number of pairs. Pairs are counted in
// integers and divided once, so the order of the scores cannot matter.
//
// Sorts both. Scores must not be NaN. nullopt when either is empty. At most 2^31
// scores each way (more would need over 32 GiB).
std::optional<double> RocAuc(std::vector<double>& positives, std::vector<double>& negatives);

}  // namespace mote
