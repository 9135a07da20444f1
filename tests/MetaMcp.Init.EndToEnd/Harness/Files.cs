namespace MetaMcp.Init.EndToEnd.Harness;

/// <summary>Paths, from the root of the repository.</summary>
internal static class Files
{
    public static string Root { get; } = FindRoot();

    /// <summary>
    /// The program under test. MCP_INIT_UNDER_TEST names another init that takes the same flags, tini for example, to test the tests
    /// themselves.
    /// </summary>
    public static string Binary { get; } = FindBinary();

    /// <summary>One of the C programs of tests/programs.</summary>
    public static string Program(string name)
    {
        var path = Path.Combine(Root, "out", "tests", name);
        return File.Exists(path) ? path : throw new InvalidOperationException($"{path} is missing: run make in tests/programs");
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "MetaMcp.Init.sln")))
                return folder.FullName;
        }
        throw new InvalidOperationException($"no MetaMcp.Init.sln above {AppContext.BaseDirectory}");
    }

    private static string FindBinary()
    {
        var path = Environment.GetEnvironmentVariable("MCP_INIT_UNDER_TEST") ?? Path.Combine(Root, "out", "mcp-init");
        return File.Exists(path) ? path : throw new InvalidOperationException($"{path} is missing: run make build first");
    }
}
