#include "common/json_params.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "absl/strings/str_cat.h"
#include "common/json.h"

namespace mote {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = Parameter::Kind;

auto At(const std::string& path, const std::string& text) {
  return AllOf(Field(&Violation::path, path), Field(&Violation::message, HasSubstr(text)));
}

std::vector<Parameter> Declared() {
  return {{"epochs", Kind::kInteger, "20", false, "passes over the rows"},
          {"lr", Kind::kNumber, "", false, "learning rate"},
          {"label", Kind::kText, "", true, "column"},
          {"shuffle", Kind::kFlag, "true", false, "reorder each epoch"}};
}

// Violations of one parameter `x` of a kind.
std::vector<Violation> CheckOne(Kind kind, Json value, Json* canonical = nullptr) {
  Json parameters = {{"x", std::move(value)}};
  std::vector<Violation> violations = CheckParameters({{"x", kind, "", false, "a value"}}, &parameters);
  if (canonical != nullptr) *canonical = parameters["x"];
  return violations;
}

TEST(CheckParameters, FillsDefaultsAndLeavesOptionalsOut) {
  Json parameters = {{"lr", 0.5}};
  EXPECT_THAT(CheckParameters(Declared(), &parameters), IsEmpty());
  EXPECT_EQ(parameters.dump(), R"({"epochs":20,"lr":0.5,"shuffle":true})");
}

TEST(CheckParameters, NullStandsForNotGiven) {
  Json parameters = {{"lr", 0.5}, {"label", nullptr}, {"epochs", nullptr}};
  EXPECT_THAT(CheckParameters(Declared(), &parameters), IsEmpty());
  EXPECT_EQ(parameters.dump(), R"({"epochs":20,"lr":0.5,"shuffle":true})");
  Json nothing;
  EXPECT_THAT(CheckParameters({}, &nothing), IsEmpty());
  EXPECT_EQ(nothing, Json::object());
}

TEST(CheckParameters, UnknownNamesCarryTheNearestAndAllAreReported) {
  Json parameters = {{"epoch", 3}, {"lr", "fast"}, {"zzz", 1}};
  EXPECT_THAT(CheckParameters(Declared(), &parameters),
              ElementsAre(At("epoch", "unknown parameter \"epoch\"; did you mean \"epochs\"?"),
                          At("zzz", "known: epochs, lr, label, shuffle"), At("lr", "a finite number, got \"fast\"")));
}

TEST(CheckParameters, MissingRequiredParameterSaysWhatItIs) {
  Json parameters = Json::object();
  EXPECT_THAT(CheckParameters(Declared(), &parameters), ElementsAre(At("lr", "\"lr\" is required: learning rate")));
}

TEST(CheckParameters, OtherThanAnObjectIsOneViolation) {
  Json parameters = Json::array({1});
  EXPECT_THAT(CheckParameters(Declared(), &parameters), ElementsAre(At("", "expected an object")));
}

TEST(CheckParameters, IntegersMayArriveAsWholeFloatsOnly) {
  Json canonical;
  EXPECT_THAT(CheckOne(Kind::kInteger, 3.0, &canonical), IsEmpty());
  EXPECT_EQ(canonical.dump(), "3");
  EXPECT_THAT(CheckOne(Kind::kInteger, 3.5), ElementsAre(At("x", "an integer, got 3.5")));
  EXPECT_THAT(CheckOne(Kind::kInteger, 1e300), ElementsAre(At("x", "an integer")));
  EXPECT_THAT(CheckOne(Kind::kInteger, "3"), ElementsAre(At("x", "an integer, got \"3\"")));
  EXPECT_THAT(CheckOne(Kind::kInteger, std::numeric_limits<uint64_t>::max()), ElementsAre(At("x", "an integer")));
  EXPECT_THAT(CheckOne(Kind::kInteger, std::numeric_limits<int64_t>::min()), IsEmpty());
}

TEST(CheckParameters, NumbersHaveOneFormHoweverTheyWereWritten) {
  Json from_integer, from_float;
  EXPECT_THAT(CheckOne(Kind::kNumber, 1, &from_integer), IsEmpty());
  EXPECT_THAT(CheckOne(Kind::kNumber, 1.0, &from_float), IsEmpty());
  EXPECT_EQ(from_integer.dump(), from_float.dump());
  EXPECT_THAT(CheckOne(Kind::kNumber, std::numeric_limits<double>::infinity()), ElementsAre(At("x", "finite")));
  EXPECT_THAT(CheckOne(Kind::kNumber, true), ElementsAre(At("x", "a finite number, got true")));
}

TEST(CheckParameters, TextAndFlagsAreNotGuessed) {
  EXPECT_THAT(CheckOne(Kind::kText, 5), ElementsAre(At("x", "text (put it in quotes), got 5")));
  EXPECT_THAT(CheckOne(Kind::kText, "five"), IsEmpty());
  EXPECT_THAT(CheckOne(Kind::kFlag, "yes"), ElementsAre(At("x", "true or false, got \"yes\"")));
  EXPECT_THAT(CheckOne(Kind::kFlag, false), IsEmpty());
  EXPECT_THAT(CheckOne(Kind::kReference, "clean.train"), IsEmpty());
  EXPECT_THAT(CheckOne(Kind::kReference, ""), ElementsAre(At("x", "clean.train")));
}

TEST(CheckParameters, DurationsAreFiniteAndNotNegative) {
  EXPECT_THAT(CheckOne(Kind::kDuration, "50ms"), IsEmpty());
  EXPECT_THAT(CheckOne(Kind::kDuration, "0"), IsEmpty());
  EXPECT_THAT(CheckOne(Kind::kDuration, "50"), ElementsAre(At("x", "such as \"50ms\"")));
  EXPECT_THAT(CheckOne(Kind::kDuration, 50), ElementsAre(At("x", "such as \"50ms\"")));
  EXPECT_THAT(CheckOne(Kind::kDuration, "-1s"), ElementsAre(At("x", "not negative")));
  EXPECT_THAT(CheckOne(Kind::kDuration, "inf"), ElementsAre(At("x", "finite")));
}

TEST(CheckParameters, FilesAreUploadedArtifacts) {
  const std::string artifact = absl::StrCat("sha256:", std::string(64, 'a'), ":5");
  const Json file = {{"artifact", artifact}, {"name", "dock.py"}};
  EXPECT_THAT(CheckOne(Kind::kFile, file), IsEmpty());
  EXPECT_THAT(CheckOne(Kind::kFiles, Json::array({file, file})), IsEmpty());
  EXPECT_THAT(CheckOne(Kind::kFile, "dock.py"), ElementsAre(At("x", "a file ({path: …} in the job file)")));
  EXPECT_THAT(CheckOne(Kind::kFile, {{"artifact", "sha256:1:2"}}), ElementsAre(At("x", "")));
  EXPECT_THAT(CheckOne(Kind::kFile, {{"artifact", artifact}, {"mode", "x"}}),
              ElementsAre(At("x", "artifact and name")));
  EXPECT_THAT(CheckOne(Kind::kFiles, file), ElementsAre(At("x", "a list of files")));
  EXPECT_THAT(CheckOne(Kind::kFiles, Json::array({file, 3})), ElementsAre(At("x", "a file")));
}

TEST(CheckParameters, WholeFloatsBecomeIntegersInsideListsAndObjects) {
  Json canonical;
  EXPECT_THAT(CheckOne(Kind::kObject, {{"mlp", {{"hidden", {64.0, 32.0}}, {"p", 0.5}}}}, &canonical), IsEmpty());
  EXPECT_EQ(canonical.dump(), R"({"mlp":{"hidden":[64,32],"p":0.5}})");
  EXPECT_THAT(CheckOne(Kind::kList, Json::array({1.0}), &canonical), IsEmpty());
  EXPECT_EQ(canonical.dump(), "[1]");
  EXPECT_THAT(CheckOne(Kind::kList, Json::object()), ElementsAre(At("x", "a list")));
  EXPECT_THAT(CheckOne(Kind::kObject, "x"), ElementsAre(At("x", "an object")));
}

TEST(CheckKeys, UnknownNestedKeysAreNamedWithTheirPath) {
  EXPECT_THAT(CheckKeys({{"trian", 0.7}, {"dev", 0.1}}, {"train", "dev"}, "split"),
              ElementsAre(At("split.trian", "did you mean \"train\"?")));
  EXPECT_THAT(CheckKeys({{"dev", 0.1}}, {"train", "dev"}, "split"), IsEmpty());
  EXPECT_THAT(CheckKeys(5, {}, "split"), ElementsAre(At("split", "expected an object of keys and values, got 5")));
}

TEST(ToStatus, JoinsPathsAndMessages) {
  EXPECT_TRUE(ToStatus({}).ok());
  const absl::Status status = ToStatus({{"a.b", "bad"}, {"", "worse"}});
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "a.b: bad; worse");
}

TEST(Params, ReadByType) {
  const Json object = {{"i", 3},    {"whole", 4.0}, {"d", "1m30s"},   {"t", "text"},
                       {"f", true}, {"n", 0.25},    {"none", nullptr}};
  const Params params(object);
  EXPECT_EQ(params.Integer("i"), 3);
  EXPECT_EQ(params.Integer("whole"), 4);
  EXPECT_EQ(params.Number("i"), 3.0);
  EXPECT_EQ(params.Number("n"), 0.25);
  EXPECT_EQ(params.Text("t"), "text");
  EXPECT_TRUE(params.Flag("f"));
  EXPECT_EQ(params.Duration("d"), absl::Seconds(90));
  EXPECT_EQ(*params.Find("t"), "text");
  EXPECT_EQ(params.Find("absent"), nullptr);
  EXPECT_EQ(params.Find("none"), nullptr);
}

TEST(ParamsDeathTest, MissingOrMistypedParameterStopsTheProcess) {
  const Json object = {{"t", "text"}};
  const Params params(object);
  EXPECT_DEATH(params.Integer("t"), "integer is none");
  EXPECT_DEATH(params.Text("absent"), "is missing");
}

}  // namespace
}  // namespace mote
