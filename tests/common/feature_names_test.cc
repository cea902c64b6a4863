#include "common/feature_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mote {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Schema Some() {
  Schema schema;
  schema.columns = {{"row", DType::kI64, 1},
                    {"label", DType::kI64, 1, {"good", "bad"}},
                    {"x", DType::kF32, 3, {"age", "job=a", "job=b"}},
                    {"y", DType::kF32, 2}};
  return schema;
}

TEST(FeatureNames, AVectorsElementsStandSideBySideWithScalars) {
  EXPECT_THAT(FeatureNames(Some(), {"row", "x", "label"}), ElementsAre("row", "age", "job=a", "job=b", "label"));
}

TEST(FeatureNames, UnknownWhereOneVectorNamesNothing) {
  EXPECT_THAT(FeatureNames(Some(), {"row", "y"}), IsEmpty());
  EXPECT_THAT(FeatureNames(Some(), {"z"}), IsEmpty());
}

TEST(FeatureNames, TravelWithTheSchema) {
  const absl::StatusOr<Schema> read = Schema::Decode(Some().Encode());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, Some());
  Schema wrong = Some();
  wrong.columns[2].classes.pop_back();
  EXPECT_THAT(Schema::Decode(wrong.Encode()).status().ToString(), HasSubstr("column \"x\" cannot name 2"));
}

TEST(FeatureNames, TooLongAListIsNotCarried) {
  EXPECT_EQ(CarriedFeatures({"a", "b"}).size(), 2u);
  EXPECT_THAT(CarriedFeatures(std::vector<std::string>(5000, "a long name")), IsEmpty());
}

TEST(FeatureDifference, NamesWhatIsMissingAndWhatIsNew) {
  EXPECT_EQ(FeatureDifference({"age", "sum"}, {"years", "sum"}),
            "it was trained on \"age\", which the input lacks; the input has \"years\", which the model does not know");
  EXPECT_EQ(FeatureDifference({"age"}, {"age", "sum"}), "the input has \"sum\", which the model does not know");
}

TEST(FeatureDifference, NamesAnotherOrder) {
  EXPECT_THAT(FeatureDifference({"a", "b", "c"}, {"a", "c", "b"}), HasSubstr("feature 1 is \"b\", in the input \"c\""));
}

TEST(FeatureDifference, ManyAreCountedAndUnknownOnesPass) {
  EXPECT_THAT(FeatureDifference({"a", "b", "c", "d", "e", "f", "g"}, {"h"}), HasSubstr("\"e\" and 2 more"));
  EXPECT_EQ(FeatureDifference({}, {"h"}), "");
  EXPECT_EQ(FeatureDifference({"h"}, {}), "");
}

TEST(FeatureDigest, DependsOnNamesOrderAndClasses) {
  const std::string digest = FeatureDigest({"a", "b"}, {"good", "bad"});
  EXPECT_EQ(digest.size(), 64u);
  EXPECT_NE(digest, FeatureDigest({"b", "a"}, {"good", "bad"}));
  EXPECT_NE(digest, FeatureDigest({"a", "b"}, {"bad", "good"}));
}

}  // namespace
}  // namespace mote
