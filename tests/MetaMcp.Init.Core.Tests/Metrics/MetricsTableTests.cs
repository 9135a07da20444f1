using MetaMcp.Init.Core.Metrics;

namespace MetaMcp.Init.Core.Tests.Metrics;

/// <summary>Tests that may write the README take turns.</summary>
[Collection("README.md")]
public sealed class MetricsTableTests
{
    private static string Readme => Path.Combine(ArchitectureTests.Root, "README.md");

    /// <summary>With MCP_INIT_RENEW=1 the README is written anew in place of the comparison.</summary>
    [Fact]
    public void The_README_has_the_table_of_metrics()
    {
        var written = File.ReadAllText(Readme);
        var renewed = MetricsTable.Renewed(written);
        Assert.True(renewed is not null, "README.md lacks the two comments around the table of metrics (MetricsTable.cs)");
        if (Environment.GetEnvironmentVariable("MCP_INIT_RENEW") == "1" && renewed != written)
            File.WriteAllText(Readme, renewed);
        else
            Assert.True(
                renewed == written, "README.md has another table of metrics than MetricFamilies; MCP_INIT_RENEW=1 make check writes it");
    }

    [Fact]
    public void Each_metric_is_a_row_of_four_cells() => Assert.All(
        MetricsTable.Text().Split('\n', StringSplitOptions.RemoveEmptyEntries), row => Assert.Equal(5, row.Count(c => c == '|')));
}
