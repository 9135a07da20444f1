using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Tests;

/// <summary>While it lives, this process can open no descriptor; those that are open stay so.</summary>
internal sealed unsafe class NoFreeDescriptor : IDisposable
{
    /// <summary>The three standard streams are open, so no number below is free.</summary>
    private const int Streams = 3;

    private readonly rlimit _before;

    public NoFreeDescriptor()
    {
        WholeRuntime.Open();
        rlimit before;
        Assert.Equal(0, prlimit(0, RLIMIT_NOFILE, null, &before));
        _before = before;
        Set(before with { rlim_cur = Streams });
    }

    public void Dispose() => Set(_before);

    private static void Set(rlimit limit) => Assert.Equal(0, prlimit(0, RLIMIT_NOFILE, &limit, null));
}
