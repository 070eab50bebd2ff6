import GRDB

/// The schema's history, oldest first. A migration that has been released is never edited.
enum StoreMigrations {
    /// Brings any earlier schema to this release's.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("nodes and tokens") { db in
            try NodeTable.create(in: db)
            try JoinTokenTable.create(in: db)
        }
        migrator.registerMigration("rollouts") { db in
            try RolloutTable.create(in: db)
            try JournalTable.create(in: db)
            try StepOutputTable.create(in: db)
            try ArtifactPinTable.create(in: db)
        }
        migrator.registerMigration("keys of used tokens") { db in
            try JoinTokenTable.addUsedKey(in: db)
        }
        migrator.registerMigration("events and logs of steps") { db in
            try ClusterEventTable.create(in: db)
            try StepLogTable.create(in: db)
        }
        migrator.registerMigration("authorities of nodes") { db in
            try NodeAuthorityTable.create(in: db)
        }
        migrator.registerMigration("revocation of nodes") { db in
            try NodeTable.addRevocation(in: db)
        }
        migrator.registerMigration("findings of dry runs") { db in
            try DryRunTable.create(in: db)
        }
        migrator.registerMigration("certificates of operators") { db in
            try OperatorTable.create(in: db)
        }
        migrator.registerMigration("rollouts with what is large at their ends") { db in
            try RolloutTable.moveLargeColumns(in: db)
        }
        return migrator
    }

    /// Migrations that a file has seen and this release has not, in alphabetical order.
    static func unknown(in db: Database) throws -> [String] {
        let known = Set(migrator.migrations)
        return try migrator.appliedIdentifiers(db).subtracting(known).sorted()
    }
}
