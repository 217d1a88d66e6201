// The one place that names the test framework, so that moving to Catch2 3 is one edit.
#pragma once
#include <catch2/catch.hpp>
