// What the elements of a feature vector are called: carried by tables beside their
// columns and by models, so that a model is not run over other features.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/schema.h"

namespace mote {

// Names stand in an Output's schema, which is journalled: longer lists are left out.
inline constexpr int64_t kFeatureNamesBytesMax = 32 << 10;

// The names as a column carries them: all, or none where they take too much room.
std::vector<std::string> CarriedFeatures(const std::vector<std::string>& features);

// Of each number in `columns` side by side: a scalar's column, a vector's elements.
// Empty: a vector's elements are not named, or a column does not exist.
std::vector<std::string> FeatureNames(const Schema& schema, const std::vector<std::string>& columns);

// SHA-256 (hex) of the names: equal for tables that one model can be run over.
std::string FeatureDigest(const std::vector<std::string>& features, const std::vector<std::string>& classes);

// How the features that a model was trained on differ from those it is given: "it was
// trained on "age", which the input lacks; …". Empty: they do not, or one side is not
// known (empty).
std::string FeatureDifference(const std::vector<std::string>& trained, const std::vector<std::string>& given);

}  // namespace mote
