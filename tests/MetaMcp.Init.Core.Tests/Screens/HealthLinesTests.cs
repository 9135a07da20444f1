using MetaMcp.Init.Core.Screens;
using MetaMcp.Init.Core.Status;
using MetaMcp.Init.Core.Tests.Status;

namespace MetaMcp.Init.Core.Tests.Screens;

/// <summary>The page of <c>health</c>.</summary>
public sealed class HealthLinesTests
{
    [Fact]
    public void The_services_that_are_in_the_way_stand_below_the_reason() =>
        Assert.Equal(
            """
            ✖ not ready: worker is not ready: open
              SERVICE  STATE     SINCE  HEALTH
            ✖ worker   open        41s  –
                 exit code 3, 5 failures in 5m · trial start in 19s · see: status worker
            ◐ indexer  starting     3s  waiting
                 fails in 57s
            ○ report   stopped      8m  –

            """, HealthLines.Draw(
                new EndRow(ControlError.State, "worker is not ready: open"), "ready", Sample.Document.Services, new ScreenStyle(80)));

    [Fact]
    public void Health_is_one_line() => Assert.Equal(
        "● ready\n",
        HealthLines.Draw(new EndRow(), "ready", Sample.Document.Services.Where(s => s.Name == "backend"), new ScreenStyle(80)));
}
