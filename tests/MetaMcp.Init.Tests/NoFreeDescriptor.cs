using System.Reflection;
using static MetaMcp.Init.Linux.Libc;

namespace MetaMcp.Init.Tests;

/// <summary>
/// While it lives, this process can open no descriptor with a number of <c>limit</c> or above. All that the runtime may still load is
/// loaded first: it remembers a failure for good, and a later test would not find the assembly.
/// </summary>
internal sealed unsafe class NoFreeDescriptor : IDisposable
{
    private readonly rlimit _before;

    public NoFreeDescriptor(int limit)
    {
        LoadAll();
        rlimit before;
        Assert.Equal(0, prlimit(0, RLIMIT_NOFILE, null, &before));
        _before = before;
        Set(before with { rlim_cur = (ulong)limit });
    }

    public void Dispose() => Set(_before);

    private static void Set(rlimit limit) => Assert.Equal(0, prlimit(0, RLIMIT_NOFILE, &limit, null));

    private static void LoadAll()
    {
        var known = new HashSet<string>();
        var open = new Queue<Assembly>(AppDomain.CurrentDomain.GetAssemblies());
        while (open.TryDequeue(out var assembly))
            foreach (var name in assembly.GetReferencedAssemblies())
                if (known.Add(name.FullName))
                    try
                    {
                        open.Enqueue(Assembly.Load(name));
                    }
                    catch (FileNotFoundException)
                    {
                        // Some parts of the test platform name others that are not there.
                    }
    }
}
