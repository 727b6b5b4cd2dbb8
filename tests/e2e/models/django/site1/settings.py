import os

print("-- what settings print")
SECRET_KEY = "none"
USE_TZ = True
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions", "shop"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": {"ENGINE": "django.db.backends." + os.environ.get("ENGINE", "sqlite3"), "NAME": os.environ.get("NAME", "x.db"),
                         "HOST": os.environ.get("HOST", ""), "PORT": os.environ.get("PORT", ""), "USER": "whimbrel"}}
