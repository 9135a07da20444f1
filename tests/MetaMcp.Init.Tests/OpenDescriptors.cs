namespace MetaMcp.Init.Tests;

/// <summary>
/// The descriptors of this process. Objects that other tests have dropped are finalized first: a finalizer that ran between two
/// counts would close descriptors and hide what a test has left open.
/// </summary>
internal static class OpenDescriptors
{
    /// <summary>Names of what is open, sorted: to be shown where there are more than before.</summary>
    public static IEnumerable<string> Names() => Directory.GetFileSystemEntries("/proc/self/fd")
        .Select(path => new FileInfo(path).LinkTarget).OfType<string>().Order(StringComparer.Ordinal);

    public static int Count()
    {
        WholeRuntime.Open();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Directory.GetFileSystemEntries("/proc/self/fd").Length;
    }
}
