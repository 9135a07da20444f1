namespace MetaMcp.Init.Tests.Accounting;

/// <summary>A directory of plain files made to look like a cgroup, with the texts of a kernel 6.12.</summary>
internal sealed class FilesOfCgroup : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("mcp-init-accounting-").FullName;

    public FilesOfCgroup Whole()
    {
        this["memory.current"] = "432013312\n";
        this["memory.stat"] = "anon 301989888\nfile 120586240\nkernel 4718592\nshmem 0\ninactive_anon 301000000\nactive_anon 989888\n" +
            "inactive_file 20971520\nactive_file 99614720\nunevictable 0\n";
        this["memory.peak"] = "721420288\n";
        this["memory.swap.current"] = "4096\n";
        this["cpu.stat"] = "usage_usec 1152000000\nuser_usec 1000000000\nsystem_usec 152000000\nnice_usec 0\n" +
            "nr_periods 12\nnr_throttled 3\nthrottled_usec 300000\n";
        this["pids.current"] = "23\n";
        this["cgroup.procs"] = "";
        this["cgroup.stat"] = "nr_descendants 0\nnr_dying_descendants 0\n";
        foreach (var resource in (string[])["memory", "cpu", "io"])
            this[$"{resource}.pressure"] =
                "some avg10=1.50 avg60=0.00 avg300=0.00 total=2000\nfull avg10=0.50 avg60=0.00 avg300=0.00 total=1000\n";
        return this;
    }

    public string this[string name]
    {
        set => File.WriteAllText(System.IO.Path.Combine(Path, name), value);
    }

    public void Delete(string name) => File.Delete(System.IO.Path.Combine(Path, name));

    public void Dispose()
    {
        if (Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
    }
}
