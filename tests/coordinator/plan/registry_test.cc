#include "coordinator/plan/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/reducer.h"

namespace mote::coordinator {
namespace {

using ::testing::HasSubstr;

// The section of docs/operations.md under a heading: "## noop". Tests run in the root.
std::string Documented(const std::string& heading) {
  std::ifstream file("docs/operations.md");
  std::stringstream text;
  text << file.rdbuf();
  const std::string all = text.str();
  const size_t begin = all.find(absl::StrCat("\n", heading, "\n"));
  if (begin == std::string::npos) return "";
  const std::string marks = heading.substr(0, heading.find(' ') + 1);
  return all.substr(begin, all.find(absl::StrCat("\n", marks), begin + 1) - begin);
}

// How the page shows a parameter and its default.
std::string TableRow(const Parameter& parameter) {
  const std::string& value = parameter.default_value;
  const std::string shown = !value.empty() ? absl::StrCat("`", value, "`") : parameter.optional ? "none" : "required";
  return absl::StrCat("| `", parameter.name, "` | ", shown, " |");
}

TEST(BuiltinPlanners, EachIsFoundUnderItsName) {
  for (const Planner* planner : BuiltinPlanners().All()) {
    EXPECT_EQ(BuiltinPlanners().Find(planner->description().name), planner);
  }
  EXPECT_EQ(BuiltinPlanners().Find("nop"), nullptr);
}

TEST(BuiltinPlanners, AllAreSortedAndHoldTheTrialOperations) {
  std::vector<std::string> names;
  for (const Planner* planner : BuiltinPlanners().All()) names.push_back(planner->description().name);
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  EXPECT_THAT(names, ::testing::IsSupersetOf({"command", "echo", "misbehave", "noop", "random_sum", "sleep", "spin"}));
}

TEST(BuiltinPlanners, DescriptionsAreComplete) {
  for (const Planner* planner : BuiltinPlanners().All()) {
    const OperationDescription& description = planner->description();
    SCOPED_TRACE(description.name);
    EXPECT_FALSE(description.summary.empty());
    EXPECT_FALSE(description.task_shape.empty());
    EXPECT_FALSE(description.outputs.empty());
    std::set<std::string> names;
    for (const Parameter& parameter : description.parameters) {
      SCOPED_TRACE(parameter.name);
      EXPECT_TRUE(names.insert(parameter.name).second) << "declared twice";
      EXPECT_FALSE(parameter.summary.empty());
      if (!parameter.default_value.empty()) {
        EXPECT_TRUE(ParseJson(parameter.default_value).ok());
      }
    }
  }
}

TEST(BuiltinPlanners, TheReferencePageNamesEachOperationParameterDefaultAndOutput) {
  for (const Planner* planner : BuiltinPlanners().All()) {
    const OperationDescription& description = planner->description();
    SCOPED_TRACE(description.name);
    const std::string page = Documented(absl::StrCat("## ", description.name));
    ASSERT_FALSE(page.empty()) << "docs/operations.md has no section of this name";
    for (const Parameter& parameter : description.parameters) EXPECT_THAT(page, HasSubstr(TableRow(parameter)));
    for (const std::string& output : description.outputs) EXPECT_THAT(page, HasSubstr(absl::StrCat("`", output, "`")));
    EXPECT_THAT(page, HasSubstr(description.task_shape));
  }
}

TEST(UserReducers, TheReferencePageNamesEachParameterAndDefault) {
  for (const ReducerDescription& description : UserReducers()) {
    SCOPED_TRACE(description.name);
    const std::string page = Documented(absl::StrCat("### ", description.name));
    ASSERT_FALSE(page.empty()) << "docs/operations.md has no section of this name";
    for (const Parameter& parameter : description.parameters) EXPECT_THAT(page, HasSubstr(TableRow(parameter)));
  }
}

}  // namespace
}  // namespace mote::coordinator
